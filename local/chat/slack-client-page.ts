import { createHash } from 'node:crypto';

const STYLE = `
:root { color-scheme: light dark; font: 1rem/1.45 system-ui, sans-serif; }
body { margin: 0; background: Canvas; color: CanvasText; }
header { display: flex; flex-wrap: wrap; gap: 1rem; align-items: end; padding: .75rem 1rem; border-bottom: 1px solid GrayText; }
h1 { font-size: 1.1rem; margin: 0; flex: 1 1 auto; }
label { display: grid; gap: .2rem; font-size: .85rem; }
main { max-width: 46rem; margin: 0 auto; padding: 1rem; display: grid; gap: 1rem; }
article, dialog { border: 1px solid GrayText; border-radius: .6rem; padding: .75rem 1rem; background: Canvas; color: CanvasText; }
article.thread { margin-inline-start: 2rem; }
article h2 { font-size: 1.05rem; margin: 0 0 .5rem; overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: 7rem 1fr; gap: .25rem .75rem; margin: 0; }
dt { font-weight: 600; }
dd { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; }
small { opacity: .75; }
.row { display: flex; flex-wrap: wrap; gap: .5rem; margin-top: .75rem; }
button, select, input, textarea { font: inherit; padding: .4rem .7rem; border: 1px solid GrayText; border-radius: .4rem;
  background: Field; color: FieldText; }
button { cursor: pointer; }
button.primary { border-color: #1a7f37; box-shadow: inset 0 0 0 1px #1a7f37; }
button.danger { border-color: #cf222e; box-shadow: inset 0 0 0 1px #cf222e; }
:focus-visible { outline: 3px solid Highlight; outline-offset: 2px; }
form.ask { display: grid; gap: .75rem; min-width: min(26rem, 80vw); }
`;

const MAIN = `<header>
<h1>local Slack</h1>
<label>You are <select id="as"></select></label>
<label>Channel <select id="channel"></select></label>
<form id="say"><label>Command <input id="text" value="/hatcheck ask" size="18" autocomplete="off"></label></form>
</header>
<main id="messages" aria-live="polite"></main>
<dialog id="window" aria-label="Window of the app"></dialog>`;

/** Texts are put in as texts, never as markup; Slack decodes three entities, and so does this. */
const SCRIPT = `
const $ = (id) => document.getElementById(id);
const decoded = (text) => text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
const make = (tag, members = {}, ...children) => {
  const element = Object.assign(document.createElement(tag), members);
  element.append(...children);
  return element;
};
let state; let before = ''; const typed = new Map();
const act = async (what) => {
  const response = await fetch('/do', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ as: $('as').value, ...what }) });
  const { status = 200 } = await response.json();
  if (status !== 200) document.title = 'refused: ' + status;
  await look();
};
const button = (one, onPress) => one.url
  ? make('a', { href: one.url, target: '_blank', rel: 'noreferrer', textContent: decoded(one.text.text) })
  : make('button', { type: 'button', className: one.style ?? '', textContent: decoded(one.text.text), onclick: () => onPress(one) });
const field = (block, key) => {
  const { element } = block;
  const input = element.type === 'static_select'
    ? make('select', {}, ...element.options.map((one) => make('option', { value: one.value, textContent: decoded(one.text.text) })))
    : make(element.multiline ? 'textarea' : 'input', { value: typed.get(key) ?? '', oninput: (event) => typed.set(key, event.target.value) });
  input.name = block.block_id;
  input.required = !block.optional;
  return make('label', { textContent: decoded(block.label.text) }, input);
};
const shown = (blocks, key, onPress) => blocks.map((block) => {
  if (block.type === 'header') return make('h2', { textContent: decoded(block.text.text) });
  if (block.type === 'divider') return make('hr');
  if (block.type === 'input') return field(block, key + block.block_id);
  if (block.type === 'actions') return make('div', { className: 'row' }, ...block.elements.map((one) => button(one, onPress)));
  if (block.fields) return make('dl', {}, make('dt', { textContent: decoded(block.fields[0].text) }), make('dd', { textContent: decoded(block.fields[1]?.text ?? '') }));
  return make('p', { textContent: decoded(block.text.text) });
});
const article = (message) => {
  const { channel, ts } = message;
  const inputs = () => Object.fromEntries([...element.querySelectorAll('input,select,textarea')].filter(({ value }) => value).map(({ name, value }) => [name, value]));
  const press = (one) => act({ do: 'press', channel, ts, actionId: one.action_id, value: one.value, inputs: inputs() });
  const element = make('article', { className: message.thread ? 'thread' : '' }, ...shown(message.blocks, ts, press),
    make('small', { textContent: new Date(Number(ts) * 1000).toLocaleTimeString() + (message.edits ? ' (edited)' : '') + (message.only ? ' only you see this' : '') }));
  return element;
};
const inOrder = (messages) => messages.filter(({ thread }) => !thread).flatMap((one) => [one, ...messages.filter(({ thread }) => thread === one.ts)]);
const draw = () => {
  const as = $('as').value;
  const channel = $('channel').value;
  if (channel === 'home') $('messages').replaceChildren(...shown(state.homes[as]?.blocks ?? [], 'home', (one) => act({ do: 'press', actionId: one.action_id })));
  else {
    const here = channel === 'direct' ? 'D' + as.slice(1) : channel;
    const mine = state.messages.filter((one) => one.channel === here && (!one.only || one.only === as));
    $('messages').replaceChildren(...(mine.length ? inOrder(mine).map(article) : [make('p', { textContent: 'Nothing was said here yet.' })]));
  }
  const view = state.views[as];
  if (!view) return $('window').open && $('window').close();
  if ($('window').open) return;
  const form = make('form', { className: 'ask', onsubmit: (event) => { event.preventDefault(); act({ do: 'submit', values: Object.fromEntries([...new FormData(form)].filter(([, value]) => value)) }); } },
    make('h2', { textContent: decoded(view.title?.text ?? '') }), ...shown(view.blocks, 'view', () => {}),
    make('div', { className: 'row' }, make('button', { className: 'primary', textContent: 'Ask' }), make('button', { type: 'button', textContent: 'Not now', onclick: () => act({ do: 'leave' }) })));
  $('window').replaceChildren(form);
  $('window').showModal();
};
const look = async () => {
  const text = await (await fetch('/state')).text();
  if (text === before) return;
  before = text; state = JSON.parse(text);
  if (!$('as').options.length) {
    $('as').append(...state.members.map(({ id, name }) => make('option', { value: id, textContent: name })));
    $('channel').append(...state.channels.map(({ id, name }) => make('option', { value: id, textContent: '#' + name })),
      make('option', { value: 'direct', textContent: 'the app, alone with you' }), make('option', { value: 'home', textContent: 'the app’s home' }));
  }
  draw();
};
const choose = () => { draw(); if ($('channel').value === 'home') act({ do: 'home' }); };
$('as').onchange = choose;
$('channel').onchange = choose;
$('window').oncancel = () => act({ do: 'leave' });
$('say').onsubmit = (event) => {
  event.preventDefault();
  const channel = ['direct', 'home'].includes($('channel').value) ? 'D' + $('as').value.slice(1) : $('channel').value;
  act({ do: 'command', channel, text: $('text').value.replace(/^[/]hatcheck */, '') });
};
look();
setInterval(() => look().catch(() => {}), 1000);
`;

const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

export const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>local Slack</title>
<style>${STYLE}</style>
</head>
<body>
${MAIN}
<script>${SCRIPT}</script>
</body>
</html>
`;

export const PAGE_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy': `default-src 'none'; style-src ${hashOf(STYLE)}; script-src ${hashOf(SCRIPT)}; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'`,
  'x-content-type-options': 'nosniff',
} as const;
