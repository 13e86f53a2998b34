/* On the pages of a device on loan. Everything here is a help that may be missing: the lock itself is on the server. */

// Tabs that were open before show something about a child: they ask anew, and meet the lock (see page.js).
try { new BroadcastChannel('followup').postMessage('lent'); } catch { /* an old browser; the server is locked anyway */ }

// The screen stays awake while a child thinks. A hidden page loses the lock, so it is asked for again.
let awake = null;
const stayAwake = async () => {
  if (document.visibilityState !== 'visible' || (awake && !awake.released)) return;
  try { awake = await navigator.wakeLock.request('screen'); } catch { /* not here, or the battery is low */ }
};
document.addEventListener('visibilitychange', stayAwake);
stayAwake();

// The whole screen, at the first tap that leads to no other page (browsers ask for a tap, and leave it at the next page).
const fill = event => {
  const leads = event.target.closest('a[href], button:not([type=button]), summary, [data-adult]');
  if (leads && !event.defaultPrevented) return;
  if (navigator.userActivation && !navigator.userActivation.isActive) return;
  document.removeEventListener('click', fill);
  try { document.documentElement.requestFullscreen?.({ navigationUI: 'hide' })?.catch(() => {}); } catch { /* as it was */ }
};
if (document.fullscreenEnabled && !document.fullscreenElement) document.addEventListener('click', fill);

// A page from the browser's memory may be older than the lock.
window.addEventListener('pageshow', event => { if (event.persisted) location.reload(); });
