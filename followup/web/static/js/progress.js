/* Waits for something the server is making: <div data-poll="/visits/…/document/state" data-every="1500">. The address answers
   {"ready": true} when the page is worth loading again. Each question is a line in the log, so with data-after="submit" none
   is asked until a form in it is sent. Without JavaScript the page's own <meta http-equiv="refresh"> in
   <noscript> does the same. */
const LONGEST = 10000; // ms between two questions when the server is slow or away

const waiting = document.querySelector('[data-poll]');
const ask = async wait => {
  try {
    const answer = await fetch(waiting.dataset.poll, { headers: { Accept: 'application/json' }, cache: 'no-store' });
    // anything that isn't a plain answer (signed out, gone, failed for good) is told best by the page itself
    if (!answer.ok || answer.redirected || (await answer.json()).ready) {
      if (answer.status < 500) {
        location.reload();
        return;
      }
    }
  } catch { /* no network: ask again a little later */ }
  setTimeout(ask, wait, Math.min(wait * 1.5, LONGEST));
};
const begin = () => setTimeout(ask, 800, Number(waiting.dataset.every) || 1500);
if (waiting?.dataset.after === 'submit') waiting.addEventListener('submit', begin, { once: true });
else if (waiting) begin();
