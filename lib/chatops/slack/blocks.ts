import { durationChoices } from '../ask-durations.ts';
import { INPUTS } from '../inputs.ts';
import { fitting, lengthOf, visible, visibleLine } from '../plain.ts';
import type { AskForm, Card, CardAction } from '../port.ts';
import { reasonLabel } from '../reason-label.ts';
import { requestValue } from '../request-value.ts';
import { wholeOrNoYes } from '../whole.ts';
import { ASK_FORM, BUTTONS } from './names.ts';

/** https://docs.slack.dev/reference/block-kit: the most that each takes, in characters. */
const MOST = { header: 150, text: 3000, field: 2000, button: 75, option: 75, options: 100, blocks: 50 } as const;

/** No markup, no mentions, no links, no emoji: `plain_text` is shown as it is written. */
export interface PlainText {
  readonly type: 'plain_text';
  readonly text: string;
  readonly emoji: false;
}

/**
 * Slack decodes these three entities, and no others, in every text (Formatting message text, "Escaping text"); what is escaped cannot
 * become `<!channel>` or a link, wherever it is put.
 */
const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

const escaped = (character: string): string => ENTITIES[character] ?? character;

/** @param most 31 at the least: what is cut says so. Slack refuses an empty text. */
export const plainText = (text: string, most: number): PlainText => ({
  type: 'plain_text',
  text: fitting(Array.from(text.trim() === '' ? '–' : visible(text), escaped), most),
  emoji: false,
});

const lineText = (text: string, most: number): PlainText => plainText(visibleLine(text), most);

type Block = Readonly<Record<string, unknown>>;

/** What a message shows. `origin` is the portal's. */
export const blocksOf = (card: Card, origin: string): readonly Block[] => {
  const { title, facts, notes = [], actions } = wholeOrNoYes(card, isWhole(card));
  const reason = reasonLabel({ actions });
  const last = [
    ...notes.map((note) => ({ type: 'section', text: lineText(note, MOST.text) })),
    ...(reason === undefined ? [] : [reasonInput(reason)]),
    ...(actions.length > 0
      ? [{ type: 'actions', block_id: 'actions', elements: actions.map((each) => button(each, origin)) }]
      : []),
  ];
  const room = MOST.blocks - 1 - last.length;
  return [{ type: 'header', text: lineText(title, MOST.header) }, ...facts.slice(0, room).map(factBlock), ...last];
};

const isWhole = ({ facts }: Card): boolean => facts.length <= MOST_FACTS && facts.every(({ text }) => fits(text));

/** Beside the title, the buttons, the field for a reason and some notes. */
const MOST_FACTS = MOST.blocks - 10;

const fits = (text: string): boolean => lengthOf(Array.from(visible(text), escaped)) <= MOST.field;

/** Two columns. The label is ours, and plain like the rest. */
const factBlock = ({ label, text }: Card['facts'][number]): Block => ({
  type: 'section',
  fields: [lineText(label, MOST.field), plainText(text, MOST.field)],
});

/** People's own words, asked for in the message itself, since a window would have to be opened within 3 s. */
const reasonInput = (label: string): Block => ({
  type: 'input',
  block_id: INPUTS.reason,
  optional: true,
  label: plainText(label, MOST.text),
  element: { type: 'plain_text_input', action_id: INPUTS.reason, max_length: 2000 },
});

const button = (action: CardAction, origin: string): Block => {
  const common = { type: 'button', action_id: BUTTONS[action.type] };
  switch (action.type) {
    case 'approve':
      return { ...common, text: lineText('Approve', MOST.button), style: 'primary', value: requestValue(action) };
    case 'deny':
      return { ...common, text: lineText('Deny', MOST.button), style: 'danger', value: requestValue(action) };
    case 'revoke':
      return { ...common, text: lineText('Revoke', MOST.button), style: 'danger', value: requestValue(action) };
    case 'open':
      return { ...common, text: lineText(action.label, MOST.button), url: `${origin}${action.path}` };
    case 'form':
      return { ...common, text: lineText(action.label, MOST.button) };
  }
};

/** The window to ask by. Its values come back under these very names (`view_submission`). */
export const askView = ({ entitlements }: AskForm): Block => ({
  type: 'modal',
  callback_id: ASK_FORM,
  title: plainText('Ask for a role', MOST.button),
  submit: plainText('Ask', MOST.button),
  close: plainText('Not now', MOST.button),
  blocks: [
    input(INPUTS.entitlement, 'Role', {
      type: 'static_select',
      options: entitlements.slice(0, MOST.options).map(({ id, title }) => ({
        text: lineText(title, MOST.option),
        value: id,
      })),
    }),
    input(INPUTS.justification, 'Why', { type: 'plain_text_input', multiline: true, max_length: 2000 }),
    input(INPUTS.duration, 'For', {
      type: 'static_select',
      options: durationChoices(entitlements).map(({ title, seconds }) => ({
        text: lineText(title, MOST.option),
        value: String(seconds),
      })),
    }),
    { ...input(INPUTS.ticket, 'Ticket', { type: 'plain_text_input', max_length: 100 }), optional: true },
  ],
});

const input = (name: string, label: string, element: Block): Block => ({
  type: 'input',
  block_id: name,
  label: plainText(label, MOST.text),
  element: { ...element, action_id: name },
});

/** The app's own page. */
export const homeView = (cards: readonly Card[], origin: string): Block => ({
  type: 'home',
  // Slack: at most 100 blocks in a view.
  blocks: cards
    .flatMap((card) => [...blocksOf(card, origin).filter((block) => block['type'] !== 'input'), DIVIDER])
    .map(nameless)
    .slice(0, 100),
});

/** A name may stand but once in a view: Slack gives each block one of its own where we give none. */
const nameless = ({ block_id: _name, ...block }: Block): Block => block;

const DIVIDER: Block = { type: 'divider' };
