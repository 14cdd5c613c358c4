import { clientPage } from './client-page.ts';

const MAIN = `<header>
<h1>local Teams</h1>
<label>You are <select id="as"></select></label>
<label>Channel <select id="channel"></select></label>
<form id="say"><label>Say to Hatcheck <input id="text" value="ask" size="18" autocomplete="off"></label></form>
</header>
<main id="messages" aria-live="polite"></main>
<p id="banner" role="status"></p>`;

/** Texts are put in as texts, never as markup; of the formatting that Teams knows, none is in what we send. */
const SCRIPT = `
const act = async (what) => {
  const response = await fetch('/do', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ as: $('as').value, ...what }) });
  const { status = 200, text = '' } = await response.json();
  const { type, value } = text ? JSON.parse(text) : {};
  $('banner').textContent = status !== 200 ? 'refused: ' + status : type === 'application/vnd.microsoft.activity.message' ? value : '';
  await look();
};
const plain = (block) => block.inlines.map(({ text }) => text).join('');
const field = (block, key) => {
  const input = block.type === 'Input.ChoiceSet'
    ? make('select', {}, ...block.choices.map((one) => make('option', { value: one.value, textContent: one.title })))
    : make(block.isMultiline ? 'textarea' : 'input', { value: typed.get(key) ?? '', oninput: (event) => typed.set(key, event.target.value) });
  input.name = block.id;
  input.required = block.isRequired === true;
  return make('label', { textContent: block.label }, input);
};
const shown = (block, key, first) => {
  if (block.type === 'ColumnSet') return make('dl', {}, make('dt', { textContent: block.columns[0].items.map(plain).join('') }), make('dd', { textContent: block.columns[1].items.map(plain).join('\\n') }));
  if (block.type === 'RichTextBlock') return make(first ? 'h2' : 'p', { textContent: plain(block) });
  return field(block, key + block.id);
};
const cardOf = (message, card) => {
  const inputs = () => Object.fromEntries([...form.querySelectorAll('input,select,textarea')].filter(({ value }) => value).map(({ name, value }) => [name, value]));
  const press = (one) => form.reportValidity() && act({ do: 'press', conversation: message.conversation, message: message.id, verb: one.verb, data: { ...inputs(), ...one.data } });
  const button = (one) => one.type === 'Action.OpenUrl'
    ? make('a', { href: one.url, target: '_blank', rel: 'noreferrer', textContent: one.title })
    : make('button', { type: 'button', className: { positive: 'primary', destructive: 'danger' }[one.style] ?? '', textContent: one.title, onclick: () => press(one) });
  const form = make('form', { className: 'ask', onsubmit: (event) => event.preventDefault() }, ...card.body.map((block, index) => shown(block, message.id, index === 0)), make('div', { className: 'row' }, ...card.actions.map(button)));
  return form;
};
const article = (message) => {
  const replaced = state.replaced[$('as').value + ' ' + message.id];
  return make('article', { className: isReply(message) ? 'thread' : '' }, ...(replaced ? [replaced] : message.cards).map((card) => cardOf(message, card)),
    make('small', { textContent: new Date(Number(message.id) / 100).toLocaleTimeString() + (message.edits ? ' (edited)' : '') }));
};
const isReply = ({ conversation, id }) => conversation.includes(';messageid=') && !conversation.endsWith(';messageid=' + id);
const inOrder = (messages) => messages.filter((one) => !isReply(one)).flatMap((one) => [one, ...messages.filter((other) => isReply(other) && other.conversation === one.conversation)]);
const draw = () => {
  const channel = $('channel').value;
  const here = channel === 'alone' ? 'a:' + $('as').value : channel;
  const mine = state.messages.filter(({ conversation }) => conversation === here || conversation.startsWith(here + ';'));
  $('messages').replaceChildren(...(mine.length ? inOrder(mine).map(article) : [make('p', { textContent: 'Nothing was said here yet.' })]));
};
const look = async () => {
  const text = await (await fetch('/state')).text();
  if (text === before) return;
  before = text; state = JSON.parse(text);
  if (!$('as').options.length) {
    $('as').append(...state.members.map(({ id, name }) => make('option', { value: id, textContent: name })));
    $('channel').append(...state.channels.map(({ id, name }) => make('option', { value: id, textContent: name })), make('option', { value: 'alone', textContent: 'the bot, alone with you' }));
  }
  draw();
};
$('as').onchange = draw;
$('channel').onchange = draw;
$('say').onsubmit = (event) => {
  event.preventDefault();
  const channel = $('channel').value;
  act({ do: 'say', text: $('text').value, ...(channel === 'alone' ? {} : { channel }) });
};
look();
setInterval(() => look().catch(() => {}), 1000);
`;

export const TEAMS_PAGE = clientPage({ title: 'local Teams', main: MAIN, script: SCRIPT });
