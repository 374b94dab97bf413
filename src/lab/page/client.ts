/**
 * The page's script: puts in the parts that changed, keeps what is open, typed and focused, and sends what
 * buttons say. It builds no HTML of its own.
 */
export const client = `
const byId = (id) => document.getElementById(id);
const opened = () => new Set([...document.querySelectorAll('details[open][data-key]')].map((one) => one.dataset.key));

function put(id, html) {
  const place = byId(id);
  if (!place) return;
  const open = opened();
  const focus = place.contains(document.activeElement) ? document.activeElement.id : '';
  const typed = [...place.querySelectorAll('input')].map((one) => [one.id, one.value]);
  const scrolled = [...place.querySelectorAll('details[data-key] .log')].map((one) =>
    [one.closest('details').dataset.key, one.scrollTop, one.scrollTop + one.clientHeight >= one.scrollHeight - 4]);
  place.innerHTML = html;
  for (const one of place.querySelectorAll('details[data-key]')) one.open = open.has(one.dataset.key);
  for (const [name, value] of typed) if (byId(name)) byId(name).value = value;
  for (const [key, top, end] of scrolled) {
    const log = place.querySelector('details[data-key="' + CSS.escape(key) + '"] .log');
    if (log) log.scrollTop = end ? log.scrollHeight : top;
  }
  if (focus && byId(focus)) byId(focus).focus();
}

function listen() {
  const source = new EventSource('/api/stream');
  source.onmessage = ({ data }) => {
    for (const [id, html] of Object.entries(JSON.parse(data))) put(id, html);
    if (location.hash) show(location.hash);
  };
  source.onopen = () => { byId('live').textContent = 'live'; byId('live').className = ''; };
  source.onerror = () => { byId('live').textContent = 'the lab has stopped'; byId('live').className = 'off'; };
}

let shown = '';
function show(hash) {
  if (hash === shown) return;
  const place = byId(decodeURIComponent(hash.slice(1)));
  if (!place) return;
  shown = hash;
  const details = place.querySelector(':scope > details');
  if (details) details.open = true;
  place.scrollIntoView({ block: 'center' });
}
addEventListener('hashchange', () => { shown = ''; show(location.hash); });

async function send(action, button) {
  if (button) button.disabled = true;
  byId('said').textContent = '';
  try {
    const answer = await fetch('/api/act', {
      method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(action) });
    if (!answer.ok) byId('said').textContent = await answer.text();
  } catch { byId('said').textContent = 'The lab does not answer.'; }
  if (button) button.disabled = false;
}

document.addEventListener('click', ({ target }) => {
  const button = target.closest('button[data-act]');
  if (button) send({ act: button.dataset.act, number: Number(button.dataset.number) }, button);
});
document.addEventListener('submit', (event) => {
  event.preventDefault();
  const form = event.target;
  const body = form.elements.body.value;
  form.elements.body.value = '';
  send({ act: 'comment', number: Number(form.dataset.number), body }, form.querySelector('button'));
});
listen();
`;
