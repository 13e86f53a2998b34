/* The child's pages: one screen at a time of those that are in the page (how they are saved: saving.js).

   - Forwards shows the next screen at once; its answers wait until the answer before is confirmed.
   - Pages are replaced, not added: the way back leads out of here, and meets the lock. Nothing is stored on the device.
   Without this file every screen is a form of its own, and the buttons post. Words come from the HTML. */
import { entries, flush, formOf, isChanged, isStuck, kindOf, lead, mustWait, note, showing, whenSaved } from './saving.js';

const sheet = document.querySelector('[data-screens]');

/* The answers to choose from are in the page once: each question that isn't shown yet gets its own. */
function named(model, id) {
  const copy = document.importNode(model, true); // nodes, not markup: no text becomes markup here (Trusted Types)
  copy.querySelectorAll('*').forEach(element => {
    for (const { name, value } of [...element.attributes]) {
      if (value.includes('ITEM')) element.setAttribute(name, value.replaceAll('ITEM', id));
    }
  });
  return copy;
}
function grow(seed, model) {
  const { screen: id, value, words, sv } = seed.dataset;
  const [hint, drawing] = ['.hint', '[data-drawing]'].map(name => seed.querySelector(name));
  const form = named(model, id).querySelector('form');
  const legend = form.querySelector('legend');
  legend.replaceChildren(...seed.querySelectorAll('.kid-pic, .kid-asked'));
  if (hint) {
    legend.after(hint);
    legend.parentElement.setAttribute('aria-describedby', hint.id);
  }
  if (drawing) form.querySelector('.kid-more').append(drawing);
  const swedish = form.querySelector('.kid-tools [lang=sv]:not(summary)');
  if (swedish && sv) swedish.textContent = sv;
  form.querySelectorAll('input[type=radio]').forEach(radio => { radio.defaultChecked = radio.value === value; });
  if ('talk' in seed.dataset) form.querySelector('input[type=checkbox]').defaultChecked = true;
  if (words) {
    form.querySelector('textarea').value = words;
    form.querySelector('.kid-more details').open = true;
  }
  seed.replaceChildren(form);
}
sheet?.querySelectorAll(':scope > [data-seed]').forEach(seed => grow(seed, document.getElementById('model').content));

const screens = sheet ? [...sheet.querySelectorAll(':scope > [data-screen]')] : [];
const heading = document.getElementById('progress');
const dots = [...document.querySelectorAll('.dots > li')];
const nextButton = document.querySelector('[data-next]');
const backButton = document.querySelector('[data-back]');

let at = screens.findIndex(screen => !screen.hidden); // the screen that is shown

/* --- screens ------------------------------------------------------------------------------------------------------ */

function own(button, screen) {
  button?.setAttribute('form', formOf(screen).id);
}

function show(place, { focus = true } = {}) {
  const screen = screens[place];
  screens[at].hidden = true;
  at = place;
  screen.hidden = false;
  if (screen.dataset.progress) {
    heading.textContent = screen.dataset.progress;
    document.title = screen.dataset.progress;
  }
  const number = Number(screen.dataset.number);
  dots.forEach((dot, index) => {
    dot.toggleAttribute('data-done', index + 1 < number);
    dot.toggleAttribute('data-now', index + 1 === number);
  });
  own(nextButton, screen);
  own(backButton, screen);
  if (sheet.dataset.handIn) {
    nextButton.querySelector('[data-label]').textContent = kindOf(screen) === 'last' ? sheet.dataset.handIn : sheet.dataset.forward;
  }
  showing(screen);
  // after the paint: the address costs more than all the rest, and nobody waits for it
  requestAnimationFrame(() => setTimeout(() => {
    if (screens[at] === screen) history.replaceState(null, '', `${location.pathname}#${screen.dataset.screen}`);
  }));
  if (focus) {
    window.scrollTo(0, 0);
    screen.querySelector('[data-first]')?.focus({ preventScroll: true });
  }
}

const radios = screen => [...screen.querySelectorAll('[data-choices] input[type=radio]')].filter(radio => radio.name.startsWith('q-') || radio.name.startsWith('practice-'));
const chosen = screen => radios(screen).some(radio => radio.checked);

function clearError(screen) {
  const error = screen.querySelector('.kid-choose');
  if (!error) return;
  const group = error.closest('fieldset');
  const rest = (group.getAttribute('aria-describedby') || '').split(' ').filter(id => id && id !== error.id);
  if (rest.length) group.setAttribute('aria-describedby', rest.join(' '));
  else group.removeAttribute('aria-describedby');
  error.remove();
}

function askToChoose(screen) {
  if (screen.querySelector('.kid-choose')) return;
  const error = document.getElementById('choose').content.firstElementChild.cloneNode(true);
  const group = screen.querySelector('fieldset');
  error.id = `e-${screen.dataset.screen}`;
  group.setAttribute('aria-describedby', `${group.getAttribute('aria-describedby') || ''} ${error.id}`.trim());
  group.querySelector('[data-choices]').append(error);
  error.scrollIntoView({ block: 'center' });
}

/* Where forwards leads from a practice screen: to one that was passed over when the page was loaded anew, if any. */
function following(place) {
  if (kindOf(screens[place]) !== 'practice' || (screens[place + 1] && kindOf(screens[place + 1]) === 'practice')) return place + 1;
  const missed = screens.findIndex(screen => kindOf(screen) === 'practice' && !chosen(screen));
  return missed >= 0 ? missed : place + 1;
}

function forwards() {
  const screen = screens[at];
  const kind = kindOf(screen);
  if (mustWait()) return;
  if (kind === 'last') {
    const form = formOf(screen);
    lead(form.getAttribute('action'), new URLSearchParams([...entries(form), ['go', 'hand_in']]));
    return;
  }
  if (radios(screen).length && !chosen(screen)) {
    askToChoose(screen);
    return;
  }
  flush();
  const place = following(at);
  if (place < screens.length) show(place);
  else whenSaved(() => location.replace(sheet.dataset.closing));
}

function backwards() {
  flush();
  if (at > 0) show(at - 1);
  else whenSaved(() => location.replace(sheet.dataset.start));
}

/* --- faces in two steps ------------------------------------------------------------------------------------------- */

/* First “no” and “yes” alone. When one of them is chosen the middle comes up beside it, and the question what it is. The places
   never move, so nobody taps something else than they meant. */
function inTwoSteps(screen) {
  const middle = screen.querySelector('[data-middle]');
  if (!middle) return;
  const [low, , high] = radios(screen);
  const asks = document.createElement('p');
  asks.className = 'asks';
  asks.setAttribute('role', 'status');
  asks.dataset.say = '';
  screen.querySelector('.scale').before(asks);
  const step = () => {
    const end = [low, high].find(radio => radio.checked);
    const settled = middle.querySelector('input').checked;
    asks.textContent = end === low ? sheet.dataset.no : end === high ? sheet.dataset.yes : '';
    middle.classList.toggle('unasked', !end && !settled);
    middle.inert = !end && !settled;
  };
  screen.addEventListener('change', step);
  step();
}

/* --- what happens on the page ------------------------------------------------------------------------------------- */

if (screens.length) {
  if ('twoStep' in sheet.dataset) screens.forEach(inTwoSteps);
  sheet.addEventListener('change', event => {
    const screen = event.target.closest('[data-screen]');
    if (!event.target.form) return;
    clearError(screen);
    const practised = kindOf(screen) !== 'practice' || screens.every(each => kindOf(each) !== 'practice' || chosen(each));
    if (practised && !/^textarea$/i.test(event.target.tagName)) note(screen);
    else if (practised && isChanged()) note(screen);
  });
  sheet.addEventListener('input', event => {
    if (/^textarea$/i.test(event.target.tagName) && event.target.form) note(event.target.closest('[data-screen]'), false);
  });
  sheet.addEventListener('submit', event => {
    event.preventDefault();
    if (event.submitter === backButton) backwards();
    else forwards();
  });
  const asked = screens.findIndex(screen => `#${screen.dataset.screen}` === decodeURIComponent(location.hash));
  show(asked >= 0 ? asked : at, { focus: false });
}

/* Forms and links that lead to another page of the child's: the page is replaced, and only once everything is saved. When
   nothing more can be saved here the browser's own way is left open: to a pause, and to whoever lent the tablet. */
document.addEventListener('submit', event => {
  const form = event.target;
  if (isStuck() || !form.matches('form[data-go]')) return;
  event.preventDefault();
  const body = new URLSearchParams(entries(form));
  if (event.submitter?.name) body.append(event.submitter.name, event.submitter.value);
  lead(form.getAttribute('action'), body);
});
document.addEventListener('click', event => {
  const link = event.target.closest('a[data-go]');
  if (isStuck() || !link) return;
  event.preventDefault();
  whenSaved(() => location.replace(link.href));
});

// Reading aloud is offered where something can be read: read_aloud.js shows its button, and the choice follows.
const choice = document.querySelector('[data-if-read]');
const listen = document.querySelector('[data-read]');
if (choice && listen) {
  const offer = () => { choice.hidden = listen.hidden; };
  new MutationObserver(offer).observe(listen, { attributeFilter: ['hidden'] });
  offer();
}
