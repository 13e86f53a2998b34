/* A page with questions: keeps “9 av 14 besvarade” in step, and lets “nobody” and somebody exclude each other. */
const form = document.getElementById('step-form');
const count = document.querySelector('[data-count]');
const unasked = new Set(['not_asked', 'not_applicable']);

function tell() {
  const questions = [...document.querySelectorAll('[data-questions] fieldset[data-group]')];
  const chosen = questions.map(question => question.querySelector('input[type=radio]:checked')?.value);
  const all = chosen.filter(value => value !== 'not_applicable').length;
  const answered = chosen.filter(value => value && !unasked.has(value)).length;
  count.textContent = count.dataset.words.replace('{answered}', answered).replace('{all}', all);
}

// Before autosave listens (capture), so that what is sent is what is shown.
form?.addEventListener('change', event => {
  const group = event.target.closest('[data-alone]');
  if (group && event.target.checked) {
    const alone = event.target.value === group.dataset.alone;
    group.querySelectorAll('input[type=checkbox]:checked').forEach(box => {
      if (box !== event.target && alone !== (box.value === group.dataset.alone)) box.checked = false;
    });
  }
  if (count) tell();
}, true);
