/* On every page, and every page works without it. No text of its own: words come from the HTML, where they are translated. */

// What needs JavaScript to be of use is hidden until we know that it is there.
document.querySelectorAll('[data-js]').forEach(part => { part.hidden = false; });

// A form is sent once. The button stays focusable (aria-disabled, not disabled) and says what is going on.
const idle = new WeakMap(); // what a button showed before: nodes, for no markup is ever made of text here (Trusted Types)
const markBusy = button => {
  if (!button) return;
  button.setAttribute('aria-disabled', 'true');
  button.dataset.pressed = '';
  const label = button.querySelector('[data-label]') || button;
  if (!button.dataset.busy) return;
  idle.set(button, [...label.childNodes]);
  label.textContent = button.dataset.busy;
};
const markIdle = button => {
  button.removeAttribute('aria-disabled');
  delete button.dataset.pressed;
  const label = button.querySelector('[data-label]') || button;
  if (idle.has(button)) label.replaceChildren(...idle.get(button));
  idle.delete(button);
};
document.addEventListener('submit', event => {
  if (event.defaultPrevented) return;
  const form = event.target;
  if (form.getAttribute('method')?.toLowerCase() !== 'post') return; // a field may be called method, so no form.method
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = 'yes';
  markBusy(event.submitter);
});
// Back from the next page (also from the browser's memory): the form may be sent again.
window.addEventListener('pageshow', () => {
  document.querySelectorAll('form[data-sent]').forEach(form => { delete form.dataset.sent; });
  document.querySelectorAll('button[data-pressed]').forEach(markIdle);
});

// While a child has the device, no other tab goes on showing a case, and none comes back from the browser's memory.
if (document.querySelector('meta[name=csrf-token]')) {
  const askAnew = () => {
    document.body.replaceChildren();
    location.reload();
  };
  window.addEventListener('pageshow', event => { if (event.persisted) askAnew(); });
  try { new BroadcastChannel('followup').onmessage = askAnew; } catch { /* an old browser: the tab keeps what it shows */ }
}

document.addEventListener('change', event => {
  const id = event.target.dataset.reveal;
  if (id) document.getElementById(id).type = event.target.checked ? 'text' : 'password';
});

document.addEventListener('click', event => {
  if (event.target.closest('[data-print]')) window.print();
  document.querySelectorAll('.menu[open]').forEach(menu => { if (!menu.contains(event.target)) menu.open = false; });
});
// What paper.css lets be read on paper is opened for browsers that can't be told so there.
const folded = () => document.querySelectorAll('details:is(.figures,.whole):not([open])');
window.addEventListener('beforeprint', () => folded().forEach(fold => { fold.dataset.forPaper = ''; fold.open = true; }));
window.addEventListener('afterprint', () => document.querySelectorAll('[data-for-paper]').forEach(fold => {
  fold.open = false;
  delete fold.dataset.forPaper;
}));
document.addEventListener('keydown', event => {
  const menu = event.key === 'Escape' && event.target.closest('.menu[open]');
  if (!menu) return;
  menu.open = false;
  menu.querySelector('summary').focus();
});

// A link to something folded (the error summary, the stepper) opens the fold first.
const unfold = () => {
  const goal = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  for (let fold = goal && goal.closest('details'); fold; fold = fold.parentElement.closest('details')) fold.open = true;
  if (goal) goal.scrollIntoView({ block: 'nearest' });
};
window.addEventListener('hashchange', unfold);
unfold();
document.getElementById('error-summary')?.focus();
