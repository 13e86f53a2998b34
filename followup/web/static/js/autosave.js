/* Saves a visit step as it is filled in: <form id="step-form" method="post" data-autosave> with csrf_token and revision.

   - Choices are sent at once, typing after a short pause. One request at a time; what failed is sent again, the very same
     body first, so that a lost answer from the server can't turn into a conflict with ourselves.
   - Only the parts that changed are sent ([data-part]), together with everything outside parts.
   - Nothing is stored on the device. What is not saved stays in the page, and the page says so.
   Without this file the form is an ordinary form. Words come from #save-status and the <template>s of save_banners.html. */
const PAUSE = 600; // ms without typing before text is sent
const PATIENCE = 20000; // ms for one request
const RETRY_FIRST = 2000; // ms, doubled for each failure ...
const RETRY_LAST = 30000; // ... up to this
const KEEPALIVE_LIMIT = 60000; // bytes a browser sends for a page that is being left

const form = document.querySelector('form[data-autosave]');
const status = document.getElementById('save-status');
const banner = document.getElementById('save-banner');

let changed = new Set(); // parts changed since the last body was made; null stands for what is outside parts
let body = null; // on its way, or waiting to be sent again
let running = null; // promise of the request in flight
let timer = 0;
let wait = RETRY_FIRST;
let stuck = ''; // '', or why sending stopped: conflict, signed-out, refused, invalid
let leaving = false;

const unsaved = () => changed.size > 0 || body !== null;
const later = ms => { clearTimeout(timer); timer = setTimeout(send, ms); };

function say(state, time = '') {
  if (!status) return;
  const text = (status.dataset[state] || '').replace('{time}', time);
  status.querySelectorAll('[data-icon]').forEach(icon => { icon.hidden = icon.dataset.icon !== (state === 'saved' ? 'saved' : state === 'waiting' ? 'waiting' : ''); });
  const words = status.querySelector('[data-text]');
  if (words.textContent !== text) words.textContent = text;
}

function show(name) {
  const template = name && document.getElementById(`save-${name}`);
  if (banner.dataset.shows === name) return;
  banner.dataset.shows = name;
  banner.replaceChildren(...(template ? [template.content.cloneNode(true)] : []));
}

/* The fields to send: those outside parts, and those in changed parts. */
function gather() {
  const names = new Set();
  const hidden = new Set(); // hidden fields share their name over the parts (shown), so they are told apart by value
  for (const part of form.querySelectorAll('[data-part]')) {
    if (changed.has(part)) continue;
    for (const control of part.querySelectorAll('[name]')) {
      if (control.type === 'hidden') hidden.add(`${control.name}=${control.value}`);
      else names.add(control.name);
    }
  }
  const fields = new URLSearchParams();
  for (const [name, value] of new FormData(form)) {
    if (name.startsWith('proof_')) continue; // who one is goes with the button alone
    if (typeof value === 'string' && !names.has(name) && !hidden.has(`${name}=${value}`)) fields.append(name, value);
  }
  return fields;
}

const token = () => document.querySelector('meta[name=csrf-token]')?.content || form.elements.csrf_token?.value || '';

async function post(fields, keepalive = false) {
  fields.set('csrf_token', token());
  return fetch(form.getAttribute('action') || location.href, { // a field may be called action, so no form.action
    method: 'POST',
    body: fields,
    headers: { Accept: 'application/json', 'X-CSRFToken': token() },
    credentials: 'same-origin',
    cache: 'no-store',
    keepalive,
    signal: keepalive || !AbortSignal.timeout ? undefined : AbortSignal.timeout(PATIENCE),
  });
}

/* After signing in again in another tab the old token is worthless: fetch this page and take its new one. */
async function renewToken() {
  const page = await fetch(location.href, { cache: 'no-store', credentials: 'same-origin' });
  if (!page.ok || page.redirected) return false;
  const fresh = (await page.text()).match(/<meta name="csrf-token" content="([\w.-]+)">/)?.[1]; // read, never made into nodes
  if (!fresh) return false;
  document.querySelectorAll('meta[name=csrf-token]').forEach(meta => { meta.content = fresh; });
  document.querySelectorAll('input[name=csrf_token]').forEach(input => { input.value = fresh; });
  return true;
}

function clearErrors() {
  document.querySelectorAll('[data-save-error]').forEach(error => error.remove());
  document.querySelectorAll('[data-save-invalid]').forEach(control => {
    control.removeAttribute('aria-invalid');
    control.removeAttribute('aria-describedby');
    if (control.dataset.saveInvalid) control.setAttribute('aria-describedby', control.dataset.saveInvalid);
    delete control.dataset.saveInvalid;
  });
}

function showErrors(errors) {
  clearErrors();
  for (const [name, messages] of Object.entries(errors || {})) {
    const found = form.elements.namedItem(name);
    if (!found) continue;
    const control = found instanceof RadioNodeList ? found[0] : found;
    const group = /^(radio|checkbox)$/.test(control.type) ? control.closest('fieldset') : null;
    const error = document.getElementById('field-error').content.firstElementChild.cloneNode(true);
    error.querySelector('span').textContent = messages.join(' ');
    error.id = `saving-${name}`;
    error.dataset.saveError = '';
    const target = group || control;
    target.dataset.saveInvalid = target.getAttribute('aria-describedby') || '';
    target.setAttribute('aria-describedby', `${target.dataset.saveInvalid} ${error.id}`.trim());
    if (group) group.append(error);
    else {
      control.setAttribute('aria-invalid', 'true');
      control.after(error);
    }
  }
}

function halt(why) {
  stuck = why;
  show(why);
  say('waiting');
  return why;
}

/* One request. Returns 'saved', 'failed' (try again) or why it stopped. */
async function attempt() {
  let answer;
  let told = {};
  try {
    answer = await post(body);
    if (answer.headers.get('Content-Type')?.includes('json')) told = await answer.json();
  } catch {
    return 'failed';
  }
  if (answer.status === 401 || answer.redirected) return halt('signed-out');
  if (answer.status >= 500 || answer.status === 429 || answer.status === 408) return 'failed';
  if (answer.status === 400 && !attempt.renewed) {
    attempt.renewed = true; // once: a token that is refused twice is not the trouble
    if (await renewToken().catch(() => false)) return attempt();
  }
  if (answer.status === 409) return halt('conflict');
  if (answer.status === 422) {
    showErrors(told.errors);
    return halt('invalid');
  }
  if (!answer.ok || told.revision === undefined) return halt('refused');
  attempt.renewed = false;
  if (form.elements.revision) form.elements.revision.value = told.revision;
  for (const was of form.querySelectorAll('input[name$="-was"]')) { // what the page was filled in with is now what was saved
    if (body.has(was.name)) was.value = body.getAll(was.name.slice(0, -'-was'.length)).pop() ?? '';
  }
  clearErrors();
  say('saved', told.saved_at);
  return 'saved';
}

async function send() {
  clearTimeout(timer);
  if (running) return running;
  if (!unsaved() || (stuck && stuck !== 'invalid')) return stuck || 'saved';
  running = (async () => {
    let outcome = 'saved';
    while (unsaved() && outcome === 'saved') {
      if (!body) {
        body = gather();
        body.changed = changed;
        changed = new Set();
      } else if (form.elements.revision) body.set('revision', form.elements.revision.value);
      if (banner.dataset.shows !== 'waiting') say('saving');
      stuck = '';
      outcome = await attempt();
      if (outcome === 'saved') body = null;
      else if (outcome !== 'failed') {
        // not taken: what it held goes with the next body
        body.changed.forEach(part => changed.add(part));
        body = null;
      }
    }
    return outcome;
  })();
  const outcome = await running;
  running = null;
  if (outcome === 'failed') {
    say('waiting');
    show('waiting');
    later(wait);
    wait = Math.min(wait * 2, RETRY_LAST);
  } else if (outcome === 'saved') {
    wait = RETRY_FIRST;
    show('');
    if (unsaved()) later(0);
  }
  return outcome;
}

function note(event) {
  const control = event.target;
  if (!control.name || control.name.startsWith('proof_') || control.form !== form) return;
  if (event.type === 'input') changed.add(control.closest('[data-part]'));
  if (!changed.size || (body && wait > RETRY_FIRST)) return; // nothing new, or a retry is waiting and takes it along
  // A date says that it changed for every digit of the year, and 0202-12-04 would be refused while it is being written.
  const typing = /^(date|time)$/.test(control.type) || (event.type === 'input' && !/^(radio|checkbox|select-one)$/.test(control.type));
  later(typing ? PAUSE : 0);
}

/* Leaving by the form: first let what is on its way arrive, or the server would see two versions of the same page. */
async function submitting(event) {
  const button = event.submitter;
  if (leaving || button?.hasAttribute('data-plain')) {
    leaving = true;
    return;
  }
  event.preventDefault();
  if (form.dataset.waits) return;
  form.dataset.waits = 'yes';
  button?.setAttribute('aria-disabled', 'true');
  await retrySignedIn();
  const outcome = await send();
  await new Promise(done => { setTimeout(done); }); // a form can't be sent while its submit event is still on its way
  delete form.dataset.waits;
  button?.removeAttribute('aria-disabled');
  if (outcome === 'saved' && button?.value === 'stay') return;
  if (outcome === 'failed' || outcome === 'signed-out') return; // the page they would get could not hold what they wrote
  leaving = true;
  form.requestSubmit(button);
}

if (form && status && banner) {
  form.addEventListener('input', note);
  form.addEventListener('change', note);
  form.addEventListener('submit', submitting);
  banner.addEventListener('click', event => {
    if (!event.target.closest('[data-retry]')) return;
    retrySignedIn();
  });
  window.addEventListener('online', () => { if (unsaved()) send(); });
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') retrySignedIn();
    else if (unsaved() && !stuck) send();
  });
  window.addEventListener('pagehide', () => {
    if (leaving || running || stuck || !unsaved()) return;
    const last = body || gather();
    if (last.toString().length < KEEPALIVE_LIMIT) post(last, true).catch(() => {});
  });
  window.addEventListener('beforeunload', event => {
    if (!leaving && unsaved() && (stuck || body)) event.preventDefault();
  });
  window.addEventListener('pageshow', () => { leaving = false; });
}

async function retrySignedIn() {
  if (stuck !== 'signed-out' || !(await renewToken().catch(() => false))) return;
  stuck = '';
  await send();
}
