import { durationChoices } from '../ask-durations.ts';
import { INPUTS } from '../inputs.ts';
import type { AskForm, Card, CardAction } from '../port.ts';
import { reasonLabel } from '../reason-label.ts';
import { type OnRequest, requestValue } from '../request-value.ts';
import { wholeOrNoYes } from '../whole.ts';
import { VALUE, VERBS } from './names.ts';
import { type Element, type Room, SHORT, WHOLE, fitsWhole, oneLine, plainLine, plainLines } from './plain-text.ts';

/** https://adaptivecards.io/explorer, 1.5: as Teams takes it. */
export interface AdaptiveCard {
  readonly type: 'AdaptiveCard';
  readonly $schema: 'http://adaptivecards.io/schemas/adaptive-card.json';
  readonly version: '1.5';
  readonly msteams: { readonly width: 'Full' };
  readonly body: readonly Element[];
  readonly actions: readonly Element[];
}

const adaptive = (body: readonly Element[], actions: readonly Element[]): AdaptiveCard => ({
  type: 'AdaptiveCard',
  $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
  version: '1.5',
  msteams: { width: 'Full' },
  body,
  actions,
});

/** Beyond it the facts say little that the portal does not say better. */
const MOST_FACTS = 30;

/** What a message shows. @param origin the portal's */
export const cardOf = (card: Card, origin: string): AdaptiveCard => {
  const isWhole = card.facts.length <= MOST_FACTS && fitsWhole(card.facts.map(({ text }) => text));
  const { title, facts, notes = [], actions } = wholeOrNoYes(card, isWhole);
  const room = isWhole ? WHOLE : SHORT;
  const reason = reasonLabel({ actions });
  return adaptive(
    [
      plainLine(title, { size: 'Medium', weight: 'Bolder' }),
      ...facts.slice(0, MOST_FACTS).map((fact) => factColumns(fact, room)),
      ...notes.map((note) => plainLine(note, {}, { spacing: 'Medium' })),
      ...(reason === undefined ? [] : [reasonInput(reason)]),
    ],
    actions.map((each) => button(each, origin)),
  );
};

/** The words stand in a column of their own, so that no line of theirs looks like another fact. The label is ours, and plain like the rest. */
const factColumns = ({ label, text }: Card['facts'][number], room: Room): Element => ({
  type: 'ColumnSet',
  spacing: 'Small',
  columns: [
    { type: 'Column', width: '90px', items: [plainLine(label, { weight: 'Bolder' })] },
    { type: 'Column', width: 'stretch', items: plainLines(text, room) },
  ],
});

/** People's own words, asked for in the message itself. */
const reasonInput = (label: string): Element => ({
  ...{ type: 'Input.Text', id: INPUTS.reason, label, isMultiline: true, maxLength: 2000 },
});

const button = (action: CardAction, origin: string): Element => {
  switch (action.type) {
    case 'approve':
      return {
        ...execute('Approve', VERBS.approve),
        style: 'positive',
        data: dataOf(action),
      };
    case 'deny':
      return { ...execute('Deny', VERBS.deny), style: 'destructive', data: dataOf(action) };
    case 'revoke':
      return { ...execute('Revoke', VERBS.revoke), style: 'destructive', data: dataOf(action) };
    case 'open':
      return { type: 'Action.OpenUrl', title: oneLine(action.label), url: `${origin}${action.path}` };
    case 'form':
      return execute(oneLine(action.label), VERBS.form);
  }
};

const dataOf = (on: OnRequest): Element => ({ [VALUE]: requestValue(on) });

/** Teams, "Universal Actions for Adaptive Cards". */
const execute = (title: string, verb: string): Element => ({ type: 'Action.Execute', title, verb });

const MOST_CHOICES = 100;

/** The form to ask by. What is typed comes back under these very names, in the data of the button. */
export const askCard = ({ entitlements }: AskForm): AdaptiveCard =>
  adaptive(
    [
      plainLine('Ask for a role', { size: 'Medium', weight: 'Bolder' }),
      choice(
        INPUTS.entitlement,
        'Role',
        entitlements.slice(0, MOST_CHOICES).map(({ id, title }) => ({ title: oneLine(title), value: id })),
      ),
      { ...typed(INPUTS.justification, 'Why', 2000), isMultiline: true, ...required('Say why.') },
      choice(
        INPUTS.duration,
        'For',
        durationChoices(entitlements).map(({ title, seconds }) => ({ title, value: String(seconds) })),
      ),
      typed(INPUTS.ticket, 'Ticket', 100),
    ],
    [execute('Ask', VERBS.ask)],
  );

const typed = (id: string, label: string, maxLength: number): Element => ({ type: 'Input.Text', id, label, maxLength });

const choice = (
  id: string,
  label: string,
  choices: readonly { readonly title: string; readonly value: string }[],
): Element => ({
  ...{ type: 'Input.ChoiceSet', id, label, style: 'compact', choices },
  ...(choices[0] ? { value: choices[0].value } : {}),
  ...required('Choose one.'),
});

const required = (errorMessage: string) => ({ isRequired: true, errorMessage });

/** In the place of a form that was sent, at once and for nobody else: pressed again it would ask again. */
export const sentCard = (): AdaptiveCard => adaptive([plainLine('Sent. What comes of it is said below.')], []);
