/* Passkeys: [data-passkey=address] holds a hidden input and a button. The server's options go to the browser, what the
   device signs goes into the input, and the form is sent. data-add: make a passkey; else let one sign.
   Without this file, or in a browser that can't, the block stays hidden: the password or the app's code does as well. */
const able = window.isSecureContext && window.PublicKeyCredential?.parseRequestOptionsFromJSON;
const token = form => form.elements.csrf_token.value;

async function answer(block, form) {
  const adding = block.hasAttribute('data-add');
  const fields = new URLSearchParams({ csrf_token: token(form), do: 'options' });
  const said = await fetch(block.dataset.passkey, { method: 'POST', body: fields, headers: { Accept: 'application/json', 'X-CSRFToken': token(form) }, credentials: 'same-origin', cache: 'no-store' });
  if (!said.ok) throw new Error(said.status);
  const options = await said.json();
  const made = adding
    ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
    : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
  return JSON.stringify(made.toJSON());
}

for (const block of able ? document.querySelectorAll('[data-passkey]') : []) {
  const form = block.closest('form');
  const fail = block.querySelector('[data-fail]');
  const button = block.querySelector('button');
  block.hidden = false;
  document.querySelectorAll('[data-passkey-none]').forEach(none => { none.hidden = true; });
  button.addEventListener('click', async () => {
    if (button.getAttribute('aria-disabled') === 'true') return;
    button.setAttribute('aria-disabled', 'true');
    fail.hidden = true;
    try {
      block.querySelector('input').value = await answer(block, form);
      form.requestSubmit(form.querySelector('[data-proof-go]'));
    } catch {
      fail.hidden = false; // the person said no, the device has no such key, or the server is away: all the same here
    }
    button.removeAttribute('aria-disabled');
  });
}
