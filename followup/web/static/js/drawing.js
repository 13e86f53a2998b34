/* A place to draw: <div data-drawing="item" data-url data-question data-strokes data-in-summary> and
   <template id="drawing-tools"> from templates/child/drawing.html.

   - Lines, never an image: points in thousandths of the sheet's width (domain/drawings.py), sent after each stroke.
   - One request at a time; what failed is sent again. Nothing is stored on the device. Whoever shows the page's banner
     hears followup:changed, followup:unsaved, followup:saved and followup:stuck on the document (detail.url: which).
   - Removing can be undone, so nobody is asked whether they are sure. No words here: they come from the template. */
import { SLOW, passes, patience, post, postLeaving } from './posting.js';

const WIDTH = 1000;
const HEIGHT = 700;
const MOST_STROKES = 300;
const MOST_POINTS = 20000;
const APART = 3; // thousandths between two points worth keeping
const BEND = 12; // thousandths from a point where the line begins to bend towards the next
const OFF = 1; // thousandths that a point may lie off the line and be left out
const PAUSE = 400; // ms after a stroke before it is sent

/* As svg_path in domain/drawings.py. */
const towards = ([x, y], [endX, endY]) => {
  const share = Math.min(0.5, BEND / (Math.hypot(endX - x, endY - y) || 1));
  return `${Math.round(x + share * (endX - x))} ${Math.round(y + share * (endY - y))}`;
};
const line = stroke => {
  const [[x, y]] = stroke;
  if (stroke.length === 1) return `M${x} ${y}L${x + 1} ${y}`;
  const corners = stroke.slice(1, -1).map((at, place) => `L${towards(at, stroke[place])}Q${at[0]} ${at[1]} ${towards(at, stroke[place + 2])}`);
  return `M${x} ${y}${corners.join('')}L${stroke.at(-1).join(' ')}`;
};

/* Points that the line passes anyway are left out (Ramer, Douglas and Peucker). */
function thinned(points) {
  const keep = new Set([0, points.length - 1]);
  const parts = [[0, points.length - 1]];
  while (parts.length) {
    const [start, end] = parts.pop();
    const [ax, ay] = points[start];
    const [bx, by] = points[end];
    const length = Math.hypot(bx - ax, by - ay);
    let farthest = OFF;
    let at = 0;
    for (let place = start + 1; place < end; place += 1) {
      const [x, y] = points[place];
      const off = length ? Math.abs((bx - ax) * (ay - y) - (ax - x) * (by - ay)) / length : Math.hypot(x - ax, y - ay);
      if (off > farthest) [farthest, at] = [off, place];
    }
    if (at) {
      keep.add(at);
      parts.push([start, at], [at, end]);
    }
  }
  return points.filter((_, place) => keep.has(place));
}

/* Keeps one drawing on the server in step with the one on the screen. */
function keeper(url, content) {
  let sent = content();
  let timer = 0;
  const again = patience(2000, 30000);
  let running = false;
  let stuck = false;
  let told = false; // whether the page knows that there is something to save

  const tell = what => document.dispatchEvent(new CustomEvent(`followup:${what}`, { detail: { url } }));
  function compare() {
    if (told === (content() !== sent)) return;
    told = !told;
    tell(told ? 'changed' : 'saved');
  }

  const bodyOf = text => new URLSearchParams(JSON.parse(text));

  async function send() {
    clearTimeout(timer);
    compare();
    if (running || stuck || content() === sent) return;
    running = true;
    const body = content();
    let answer = null;
    const slow = setTimeout(() => tell('unsaved'), SLOW);
    try {
      answer = await post(url, bodyOf(body));
    } catch { /* no network: tried again below */ }
    clearTimeout(slow);
    running = false;
    if (answer?.ok && !answer.redirected) {
      sent = body;
      again.reset();
      send(); // what was drawn meanwhile, if anything
    } else if (!answer || passes(answer.status)) {
      tell('unsaved');
      timer = setTimeout(send, again.next());
    } else {
      stuck = true; // the sheet is handed in, or the tablet has gone back: no other try will be let in
      tell('stuck');
    }
  }

  window.addEventListener('online', send);
  document.addEventListener('visibilitychange', send);
  window.addEventListener('pagehide', () => {
    if (!running && !stuck && content() !== sent) postLeaving(url, bodyOf(content()));
  });
  const soon = () => {
    compare();
    clearTimeout(timer);
    timer = setTimeout(send, PAUSE);
  };
  return { soon, now: send };
}

const tools = document.getElementById('drawing-tools');

function place(mount) {
  mount.append(tools.content.cloneNode(true));
  const dialog = mount.querySelector('dialog');
  const title = dialog.querySelector('[data-draw-title]');
  title.id = `drawing-${mount.dataset.drawing}`;
  title.textContent = mount.dataset.question;
  dialog.setAttribute('aria-labelledby', title.id);
  const paper = dialog.querySelector('[data-paper]');
  const pictures = [...mount.querySelectorAll('.paper > path')];
  const figure = mount.querySelector('[data-drawn]');
  const part = name => dialog.querySelector(`[data-draw-${name}]`);
  const steps = [...dialog.querySelectorAll('[data-draw-step]')];
  const radios = [...dialog.querySelectorAll('input[type=radio]')];
  let strokes = JSON.parse(mount.dataset.strokes);
  const earlier = []; // what “undo” goes back to
  let current = null; // the stroke being drawn
  const radio = radios.find(each => each.value === mount.dataset.inSummary);
  if (radio) radio.checked = true;

  const answer = () => radios.find(each => each.checked)?.value || '';
  const saver = keeper(mount.dataset.url, () => JSON.stringify({ strokes: JSON.stringify(strokes), in_summary: answer() }));
  const show = () => {
    const lines = strokes.map(line).join(' ');
    pictures.forEach(path => path.setAttribute('d', path.parentElement === paper && current ? `${lines} ${line(current)}` : lines));
    part('undo').setAttribute('aria-disabled', String(!earlier.length));
    part('remove').setAttribute('aria-disabled', String(!strokes.length));
    figure.hidden = !strokes.length;
  };
  const change = next => {
    earlier.push(strokes);
    strokes = next;
    show();
    saver.soon();
  };
  const step = name => steps.forEach(each => { each.hidden = each.dataset.drawStep !== name; });

  const point = event => {
    const sheet = paper.getBoundingClientRect();
    const on = (part, whole, most) => Math.max(0, Math.min(most, Math.round((part / whole) * most)));
    return [on(event.clientX - sheet.left, sheet.width, WIDTH), on(event.clientY - sheet.top, sheet.height, HEIGHT)];
  };
  const room = () => MOST_POINTS - strokes.reduce((sum, stroke) => sum + stroke.length, current ? current.length : 0);

  paper.addEventListener('pointerdown', event => {
    if (current || !event.isPrimary || event.button !== 0 || strokes.length >= MOST_STROKES || room() < 1) return;
    event.preventDefault();
    paper.setPointerCapture(event.pointerId);
    current = [point(event)];
    current.pointer = event.pointerId;
    show();
  });
  paper.addEventListener('pointermove', event => {
    if (!current || event.pointerId !== current.pointer) return;
    const events = event.getCoalescedEvents?.() || [];
    for (const each of events.length ? events : [event]) {
      const [x, y] = point(each);
      const [lastX, lastY] = current.at(-1);
      if (Math.hypot(x - lastX, y - lastY) >= APART && room() > 0) current.push([x, y]);
    }
    show();
  });
  const end = event => {
    if (!current || event.pointerId !== current.pointer) return;
    const stroke = thinned([...current]);
    current = null;
    change([...strokes, stroke]);
  };
  paper.addEventListener('pointerup', end);
  paper.addEventListener('pointercancel', end);

  part('undo').addEventListener('click', () => {
    if (!earlier.length) return;
    strokes = earlier.pop();
    show();
    saver.soon();
  });
  part('remove').addEventListener('click', () => { if (strokes.length) change([]); });
  part('done').addEventListener('click', () => {
    saver.now();
    if (!strokes.length) dialog.close();
    else step('asking');
  });
  part('close').addEventListener('click', () => dialog.close());
  dialog.addEventListener('close', () => saver.now());
  mount.querySelector('[data-draw-open]').addEventListener('click', () => {
    step('drawing');
    dialog.showModal();
  });

  // The question's own form and keys are not concerned by what goes on here.
  radios.forEach(each => {
    each.name = title.id;
    each.setAttribute('form', '');
    each.addEventListener('change', () => saver.now());
  });
  ['input', 'change'].forEach(name => mount.addEventListener(name, event => event.stopPropagation()));
  dialog.addEventListener('keydown', event => event.stopPropagation());
  show();
}

document.querySelectorAll('[data-drawing]').forEach(place);
