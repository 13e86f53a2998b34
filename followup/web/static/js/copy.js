/* Buttons that copy a field's text: <button data-copy="id of the field" data-done="what to say" hidden data-js>. Without
   this script, or where the browser keeps the clipboard from us, the text is marked, and the keyboard copies it. */
const told = document.querySelector('[data-copied]');
const say = text => { told.textContent = text; };
const mark = field => {
  field.focus();
  field.select();
};
document.addEventListener('click', async event => {
  const button = event.target.closest('[data-copy]');
  if (!button) return;
  const field = document.getElementById(button.dataset.copy);
  say('');
  try {
    await navigator.clipboard.writeText(field.value);
    say(button.dataset.done);
  } catch { // no HTTPS, an old browser, or a rule of the organisation
    mark(field);
    say(told.dataset.marked);
  }
});
