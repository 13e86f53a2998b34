/* Saving on the child's pages: each tap is posted as it is given, and the page says how that goes.

   - A tap is posted at once, one request at a time; what failed is posted again, the very same body, until it is through.
   - At most one tap is ever unconfirmed: the answers of another screen wait ([inert]) until it is.
   - When saving takes long the page says so (#saving-waiting) and goes on by itself.
   - Drawings save themselves (drawing.js); the page has one place to say how that goes.
   A screen is a part of the page with a form of its own; its data-kind says what it is. Words come from the HTML. */
import { SLOW, passes, patience, post, postLeaving } from './posting.js';

const PAUSE = 700; // ms without typing before words are sent
const again = patience(1000, 15000);

const banner = document.getElementById('saving');
const savedMark = document.getElementById('saved');

export const formOf = screen => screen.querySelector('form');
export const kindOf = screen => formOf(screen).dataset.kind;
export const entries = form => [...new FormData(form)].filter(([name, value]) => name !== 'csrf_token' && typeof value === 'string');
const practises = screen => ['intro', 'practice'].includes(kindOf(screen));

let shown = null; // the screen that is shown
let changed = null; // the screen with something that is in no body yet
let sending = null; // {screen, address, body, then}: on its way, or waiting to be sent again
let waiting = false; // what is sent has failed, or takes long
let running = false;
let stuck = false; // nothing more can be saved here
let afterwards = null; // what to do once everything is saved
let timer = 0;
let typing = 0;
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
  const screen = shown;
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

/* A practice answer is stored nowhere: all of them go together, and the server says what they showed. */
function bodyOf(screen) {
  const forms = kindOf(screen) === 'practice'
    ? [...screen.parentElement.querySelectorAll(':scope > [data-screen]')].map(formOf).filter(form => form.dataset.kind === 'practice')
    : [formOf(screen)];
  return new URLSearchParams(forms.flatMap(entries));
}

function failed() {
  waiting = true;
  timer = setTimeout(send, again.next());
}

async function attempt() {
  let answer;
  let reply = {};
  const slow = setTimeout(() => { waiting = true; guard(); told(); }, SLOW);
  try {
    answer = await post(sending.address, sending.body);
    if (answer.headers.get('Content-Type')?.includes('json')) reply = await answer.json();
  } catch {
    return failed();
  } finally {
    clearTimeout(slow);
  }
  if (passes(answer.status)) return failed();
  if (answer.status === 401 || answer.status === 400) return location.reload(); // the session is over, or another one
  if (answer.status === 409) return location.replace('/my'); // handed in, or the visit was closed meanwhile
  if (!answer.ok || answer.redirected) {
    stuck = true;
    return undefined;
  }
  const { then, screen } = sending;
  sending = null;
  waiting = false;
  again.reset();
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

/* A screen was changed; soon: not while words are being typed. */
export function note(screen, soon = true) {
  if (savedMark) savedMark.hidden = true;
  changed = screen;
  clearTimeout(typing);
  if (soon) {
    if (!sending) send(); // else it follows, or a retry is on its way and takes it along
  } else typing = setTimeout(() => { if (!sending) send(); }, PAUSE);
}

/* When all is saved: at once, or as soon as it is. The last wish counts. */
export function whenSaved(act) {
  clearTimeout(typing);
  afterwards = act;
  if (unsaved() && !sending) send();
  else goOn();
}

/* Post a form that leads on, and go where it leads. */
export function lead(address, body) {
  if (sending?.then) return; // already on the way
  whenSaved(() => {
    sending = { screen: shown, address, body, then: reply => location.replace(reply.to || '/my') };
    send();
  });
}

/* Another screen is shown. */
export function showing(screen) {
  shown = screen;
  if (savedMark && practises(screen)) savedMark.hidden = true;
  guard();
}

export const isStuck = () => stuck;
export const mustWait = () => waiting || drawingWaits || stuck; // the banner says why
export const isChanged = () => changed !== null;

/* Send words that were still being typed. */
export function flush() {
  if (changed && !sending) send();
}

window.addEventListener('online', send);
document.addEventListener('visibilitychange', () => {
  if (unsaved() && !running) send();
});
window.addEventListener('pagehide', () => {
  if (!running && !stuck && changed) postLeaving(formOf(changed).getAttribute('action'), bodyOf(changed));
});

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
