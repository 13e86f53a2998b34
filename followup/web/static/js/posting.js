/* How the scripts of a lent tablet post what they save, and when they try again. Nothing is stored on the device. */
const PATIENCE = 20000; // ms for one request
const KEEPALIVE_LIMIT = 60000; // bytes a browser sends for a page that is being left
export const SLOW = 2500; // ms after which a request that isn't answered is told of

const token = () => document.querySelector('meta[name=csrf-token]')?.content || '';

/* Post a body (URLSearchParams); resolves to the answer, or rejects when there is no network or it takes too long. */
export function post(address, body, keepalive = false) {
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

/* What is left to send when the page is being left: nobody waits for the answer. */
export function postLeaving(address, body) {
  if (body.toString().length < KEEPALIVE_LIMIT) post(address, body, true).catch(() => {});
}

/* Whether the same body may get through another time: the server is away or busy, and refused nothing. */
export const passes = status => status >= 500 || status === 429 || status === 408;

/* How long to wait before the next try (ms): doubled for each failure, up to the last. */
export function patience(first, last) {
  let wait = first;
  return {
    next() {
      const now = wait;
      wait = Math.min(wait * 2, last);
      return now;
    },
    reset() { wait = first; },
  };
}
