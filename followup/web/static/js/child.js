/* The child's pages: one screen at a time of those that are in the page, and each tap saved as it is given.

   - A tap is posted at once, one request at a time; what failed is posted again, the very same body, until it is through.
   - Forwards shows the next screen at once, but its answers wait ([inert]) until the answer before is confirmed: at most one
     tap is ever unconfirmed. When saving takes long the page says so (#saving-waiting) and goes on by itself.
   - Pages are replaced, not added: the way back leads out of here, and meets the lock. Nothing is stored on the device.
   Without this file every screen is a form of its own, and the buttons post. Words come from the HTML. */
const PAUSE = 700; // ms without typing before words are sent
const PATIENCE = 20000; // ms for one request
const RETRY_FIRST = 1000; // ms, doubled for each failure ...
const RETRY_LAST = 15000; // ... up to this
const SLOW = 2500; // ms after which a request that isn't answered is told of
const KEEPALIVE_LIMIT = 60000; // bytes a browser sends for a page that is being left

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
const banner = document.getElementById('saving');
const savedMark = document.getElementById('saved');
const heading = document.getElementById('progress');
const dots = [...document.querySelectorAll('.dots > li')];
const nextButton = document.querySelector('[data-next]');
const backButton = document.querySelector('[data-back]');

const token = () => document.querySelector('meta[name=csrf-token]')?.content || '';
const formOf = screen => screen.querySelector('form');
const kindOf = screen => formOf(screen).dataset.kind;
const practises = screen => ['intro', 'practice'].includes(kindOf(screen));

let at = screens.findIndex(screen => !screen.hidden); // the screen that is shown

/* --- saving ------------------------------------------------------------------------------------------------------- */

let changed = null; // the screen with something that is in no body yet
let sending = null; // {screen, address, body, then}: on its way, or waiting to be sent again
let waiting = false; // what is sent has failed, or takes long
let running = false;
let stuck = false;
let afterwards = null; // what to do once everything is saved
let timer = 0;
let typing = 0;
let wait = RETRY_FIRST;
let drawingWaits = false;
const drawings = new Set(); // those that are not saved yet (drawing.js saves them)

const unsaved = () => changed !== null || sending !== null;

function tell(name) {
  if (!banner || (banner.dataset.shows || '') === name) return;
  const words = name && document.getElementById(`saving-${name}`);
  banner.dataset.shows = name;
  banner.replaceChildren(...(words ? [words.content.cloneNode(true)] : []));
}
const told = () => tell(stuck ? 'trouble' : waiting || drawingWaits ? 'waiting' : '');

let focused = null; // what had the focus when its part was made to wait
function guard() {
  const screen = screens[at];
  if (!screen) return;
  const owner = sending?.screen || changed;
  const elsewhere = Boolean(owner) && owner !== screen;
  for (const part of screen.querySelectorAll('[data-choices]')) {
    const words = part.querySelector('textarea'); // what is being written may go on being written
    const waits = stuck || (unsaved() && (elsewhere || (waiting && !words)));
    if (part.inert === waits) continue;
    if (waits && part.contains(document.activeElement)) focused = document.activeElement;
    part.inert = waits;
    if (!waits && focused && part.contains(focused)) {
      if (document.activeElement === document.body) focused.focus({ preventScroll: true });
      focused = null;
    }
  }
}

function post({ address, body }, keepalive = false) {
  return fetch(address, {
    method: 'POST',
    body,
    headers: { Accept: 'application/json', 'X-CSRFToken': token() },
    credentials: 'same-origin',
    cache: 'no-store',
    keepalive,
    signal: keepalive || !AbortSignal.timeout ? undefined : AbortSignal.timeout(PATIENCE),
  });
}

const entries = form => [...new FormData(form)].filter(([name, value]) => name !== 'csrf_token' && typeof value === 'string');

/* A practice answer is stored nowhere: all of them go together, and the server says what they showed. */
function bodyOf(screen) {
  const forms = kindOf(screen) === 'practice' ? screens.filter(each => kindOf(each) === 'practice').map(formOf) : [formOf(screen)];
  return new URLSearchParams(forms.flatMap(entries));
}

function failed() {
  waiting = true;
  timer = setTimeout(send, wait);
  wait = Math.min(wait * 2, RETRY_LAST);
}

async function attempt() {
  let answer;
  let reply = {};
  const slow = setTimeout(() => { waiting = true; guard(); told(); }, SLOW);
  try {
    answer = await post(sending);
    if (answer.headers.get('Content-Type')?.includes('json')) reply = await answer.json();
  } catch {
    return failed();
  } finally {
    clearTimeout(slow);
  }
  if (answer.status >= 500 || answer.status === 429 || answer.status === 408) return failed();
  if (answer.status === 401 || answer.status === 400) return location.reload(); // the session is over, or another one
  if (answer.status === 409) return location.replace('/my'); // handed in, or the visit was closed meanwhile
  if (!answer.ok || answer.redirected) {
    stuck = true;
    return undefined;
  }
  const { then, screen } = sending;
  sending = null;
  waiting = false;
  wait = RETRY_FIRST;
  if (savedMark && !changed && !(screen && practises(screen))) savedMark.hidden = false; // what is practised is kept nowhere
  then?.(reply);
  return undefined;
}

async function send() {
  clearTimeout(timer);
  if (running || stuck) return;
  running = true;
  while (!stuck && unsaved()) {
    if (!sending) {
      sending = { screen: changed, address: formOf(changed).getAttribute('action'), body: bodyOf(changed) };
      changed = null;
    }
    guard();
    const before = sending;
    await attempt();
    if (sending === before) break; // it failed, and its own timer sends it again
  }
  running = false;
  guard();
  told();
  goOn();
}

function goOn() {
  if (unsaved() || drawings.size || !afterwards) return;
  const act = afterwards;
  afterwards = null;
  act();
}

function note(screen, soon = true) {
  if (savedMark) savedMark.hidden = true;
  changed = screen;
  clearTimeout(typing);
  if (soon) {
    if (!sending) send(); // else it follows, or a retry is on its way and takes it along
  } else typing = setTimeout(() => { if (!sending) send(); }, PAUSE);
}
/* When all is saved: at once, or as soon as it is. The last wish counts. */
function whenSaved(act) {
  clearTimeout(typing);
  afterwards = act;
  if (unsaved() && !sending) send();
  else goOn();
}

/* Post a form that leads on, and go where it leads. */
function lead(address, body) {
  if (sending?.then) return; // already on the way
  whenSaved(() => {
    sending = { screen: screens[at] || null, address, body, then: reply => location.replace(reply.to || '/my') };
    send();
  });
}

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
  if (savedMark && practises(screen)) savedMark.hidden = true;
  own(nextButton, screen);
  own(backButton, screen);
  if (sheet.dataset.handIn) {
    nextButton.querySelector('[data-label]').textContent = kindOf(screen) === 'last' ? sheet.dataset.handIn : sheet.dataset.forward;
  }
  guard();
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
  if (waiting || drawingWaits || stuck) return; // the banner says why
  if (kind === 'last') {
    const form = formOf(screen);
    lead(form.getAttribute('action'), new URLSearchParams([...entries(form), ['go', 'hand_in']]));
    return;
  }
  if (radios(screen).length && !chosen(screen)) {
    askToChoose(screen);
    return;
  }
  if (changed && !sending) send(); // words that were still being typed
  const place = following(at);
  if (place < screens.length) show(place);
  else whenSaved(() => location.replace(sheet.dataset.closing));
}

function backwards() {
  if (changed && !sending) send();
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
    else if (practised && changed) note(screen);
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
  if (stuck || !form.matches('form[data-go]')) return;
  event.preventDefault();
  const body = new URLSearchParams(entries(form));
  if (event.submitter?.name) body.append(event.submitter.name, event.submitter.value);
  lead(form.getAttribute('action'), body);
});
document.addEventListener('click', event => {
  const link = event.target.closest('a[data-go]');
  if (stuck || !link) return;
  event.preventDefault();
  whenSaved(() => location.replace(link.href));
});

window.addEventListener('online', send);
document.addEventListener('visibilitychange', () => {
  if (unsaved() && !running) send();
});
window.addEventListener('pagehide', () => {
  if (running || stuck || !changed) return;
  const last = { address: formOf(changed).getAttribute('action'), body: bodyOf(changed) };
  if (last.body.toString().length < KEEPALIVE_LIMIT) post(last, true).catch(() => {});
});

// Drawings save themselves (drawing.js); the page has one place to say how that goes.
document.addEventListener('followup:changed', ({ detail }) => drawings.add(detail.url));
document.addEventListener('followup:unsaved', () => { drawingWaits = true; told(); });
document.addEventListener('followup:saved', ({ detail }) => {
  drawings.delete(detail.url);
  drawingWaits = false;
  if (savedMark) savedMark.hidden = false;
  told();
  goOn();
});
document.addEventListener('followup:stuck', () => { stuck = true; drawings.clear(); guard(); told(); });

// Reading aloud is offered where something can be read: read_aloud.js shows its button, and the choice follows.
const choice = document.querySelector('[data-if-read]');
const listen = document.querySelector('[data-read]');
if (choice && listen) {
  const offer = () => { choice.hidden = listen.hidden; };
  new MutationObserver(offer).observe(listen, { attributeFilter: ['hidden'] });
  offer();
}
