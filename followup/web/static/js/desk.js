/* Keys for the lead's desk: j and k between flags, a letter for what carries data-key. Never while somebody writes, never
   with Ctrl, Alt or Meta, and they can be turned off (WCAG 2.1.4). Without this script every key's deed is a button. */

const STORED = 'followup-keys-off';
const panel = document.querySelector('[data-keys]');
const toggle = document.querySelector('[data-keys-on]');
const off = () => {
  try { return localStorage.getItem(STORED) === 'yes'; } catch { return false; }
};
if (toggle) {
  toggle.checked = !off();
  toggle.addEventListener('change', () => {
    try { localStorage.setItem(STORED, toggle.checked ? 'no' : 'yes'); } catch { /* it holds until the page is left */ }
  });
}

const WRITES = 'input:not([type=checkbox]):not([type=radio]),textarea,select,[contenteditable]';
const links = () => [...document.querySelectorAll('[data-card] [data-card-link]')];
const move = by => {
  const all = links();
  const here = all.findIndex(link => link.closest('[data-card]').contains(document.activeElement));
  const next = all[here < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(Math.max(here + by, 0), all.length - 1)];
  if (!next) return false;
  next.focus();
  next.closest('[data-card]').scrollIntoView({ block: 'start' });
  return true;
};
const press = key => {
  const card = document.activeElement.closest('[data-card]');
  const goal = (card || document).querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (!goal || (!card && document.querySelector('[data-card]'))) return false; // on a list, a key is for the flag in focus
  if (goal.matches(WRITES)) {
    goal.focus();
    goal.scrollIntoView({ block: 'center' });
  } else goal.click();
  return true;
};
const help = () => {
  if (!panel) return false;
  panel.open = true;
  panel.querySelector('summary').focus();
  return true;
};

document.addEventListener('keydown', event => {
  if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
  if (event.target.closest(WRITES)) return;
  const key = event.key;
  if (key.length !== 1 || (toggle ? !toggle.checked : off())) return;
  const done = key === '?' ? help() : key === 'j' ? move(1) : key === 'k' ? move(-1) : press(key.toLowerCase());
  if (done) event.preventDefault();
});

document.addEventListener('click', event => {
  const all = event.target.closest('[data-mark-all]');
  if (!all) return;
  const boxes = [...document.querySelectorAll(`input[type=checkbox][name="${all.dataset.markAll}"]`)];
  const on = boxes.some(box => !box.checked);
  boxes.forEach(box => { box.checked = on; });
});
