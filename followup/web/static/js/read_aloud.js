/* Reads a screen aloud: recordings of the municipality's own ([data-audio]), else a voice that lives on the device. A voice
   of a remote service is never used: the questions would leave the tablet. Where neither is there, neither is the button.

   [data-read]   a button, hidden until the screen can be read ([data-listen], [data-quiet]: its words)
   [data-say]    what is read, in the order of the page: its own words, or those in the attribute
   [data-screen] where a page holds several screens; those with `hidden` are not read
   [data-aloud]  on <body>: read each new screen, and what is asked anew on it, once somebody has touched the page
   [data-speaking] marks what is being read. */
const speech = window.speechSynthesis;
const RATE = 0.9;

const buttons = [...document.querySelectorAll('[data-read]')];
const screens = [...document.querySelectorAll('[data-screen]')];
const aloud = document.body.hasAttribute('data-aloud');
let turn = 0; // a new number for each reading; what belongs to an older one is silent
let reading = null; // the button whose screen is read
let spoken = null; // the utterance, held so that the browser doesn't drop it half-way
const player = new Audio();

const screenOf = button => button.closest('[data-screen]') || document.querySelector('main') || document.body;
const SEEN = { checkVisibilityCSS: true, visibilityProperty: true }; // the older name and the newer
const shown = part => (part.checkVisibility ? part.checkVisibility(SEEN) : part.getClientRects().length > 0);
const language = part => (part.closest('[lang]')?.lang || '').toLowerCase();
const words = part => (part.dataset.say || part.textContent).trim();

function voice(lang) {
  const local = (speech?.getVoices() || []).filter(each => each.localService === true);
  const named = local.map(each => [each.lang.toLowerCase().replace('_', '-'), each]);
  const same = named.find(([code]) => code === lang) || named.find(([code]) => code.split('-')[0] === lang.split('-')[0]);
  return same?.[1] || null;
}

const readable = part => words(part) && (part.dataset.audio || voice(language(part)));
const parts = screen => [...screen.querySelectorAll('[data-say]')];

/* The question itself must be readable: a scale without its question would be a riddle. Where nothing is asked, anything is
   worth hearing: the greeting holds a name, so it can't be recorded, but who reads the answers can. */
function offer() {
  buttons.forEach(button => {
    const all = parts(screenOf(button));
    const question = all.find(part => part.matches('[data-first]'));
    button.hidden = !(question ? readable(question) : all.some(readable));
  });
}

function label(button, quiet) {
  const place = button.querySelector('[data-label]') || button;
  place.textContent = quiet ? button.dataset.quiet : button.dataset.listen;
}

function unmark() {
  document.querySelectorAll('[data-speaking]').forEach(part => part.removeAttribute('data-speaking'));
}

function stop() {
  turn += 1;
  spoken = null;
  player.pause();
  if (speech?.speaking || speech?.pending) speech.cancel();
  unmark();
  if (reading) label(reading, false);
  reading = null;
}

const play = address => new Promise((done, fail) => {
  player.onended = done;
  player.onerror = fail;
  player.src = address;
  player.play().catch(fail);
});

const speak = (part, by) => new Promise(done => {
  spoken = new SpeechSynthesisUtterance(words(part));
  Object.assign(spoken, { lang: by.lang, voice: by, rate: RATE, onend: done, onerror: done });
  speech.speak(spoken);
});

async function say(part) {
  if (part.dataset.audio) {
    try {
      await play(part.dataset.audio);
      return;
    } catch { /* the file can't be played here: the voice takes over, if there is one */ }
  }
  const by = voice(language(part));
  if (by) await speak(part, by);
}

async function read(button, from = null) {
  stop();
  const mine = turn;
  reading = button;
  label(button, true);
  const all = parts(screenOf(button));
  for (const part of all.slice(Math.max(0, all.indexOf(from)))) {
    if (!shown(part) || !readable(part)) continue;
    unmark();
    (part.closest('.opt') || part).setAttribute('data-speaking', '');
    await say(part);
    if (mine !== turn) return;
  }
  stop();
}

/* Without a tap on the button: only where that is wanted, and never before somebody has touched the page. */
function readByItself(screen, from) {
  const button = screen && buttons.find(each => screenOf(each) === screen && !each.hidden);
  if (aloud && touched && button) read(button, from);
}

let visible = screens.find(screen => !screen.hidden);
let touched = false;
function moved() {
  const now = screens.find(screen => !screen.hidden);
  if (now === visible) return;
  visible = now;
  stop();
  readByItself(now);
}
/* What is asked next on the same screen: “Yes, or sometimes?” */
function asked(changes) {
  const part = changes.map(change => change.target).find(target => target.matches?.('[data-say]') && words(target));
  if (part) readByItself(part.closest('[data-screen]'), part);
}

if (buttons.length) {
  offer();
  speech?.addEventListener?.('voiceschanged', offer);
  if (screens.length > 1) {
    const watcher = new MutationObserver(moved);
    const listener = new MutationObserver(asked);
    screens.forEach(screen => {
      watcher.observe(screen, { attributeFilter: ['hidden'] });
      listener.observe(screen, { childList: true, subtree: true });
    });
  }
  // Before the tap does its own work, so that a new screen it leads to isn't silenced by it.
  document.addEventListener('pointerdown', event => {
    touched = true;
    if (reading && !event.target.closest('[data-read]')) stop();
  }, true);
  document.addEventListener('click', event => {
    const button = event.target.closest('[data-read]');
    if (!button) return;
    if (button === reading) stop();
    else read(button);
  });
  document.addEventListener('keydown', event => {
    touched = true;
    if (event.key === 'Escape') stop();
  }, true);
  window.addEventListener('pagehide', stop);
  document.addEventListener('visibilitychange', () => { if (document.hidden) stop(); });
}
