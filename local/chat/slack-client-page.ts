import { clientPage } from './client-page.ts';

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
const decoded = (text) => text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
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

export const SLACK_PAGE = clientPage({ title: 'local Slack', main: MAIN, script: SCRIPT });
