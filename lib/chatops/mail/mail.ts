import { visible, visibleLine } from '../plain.ts';
import type { Card } from '../port.ts';

/** A mail of plain text: nothing in it is markup, and there is nothing to escape from. */
export interface MailText {
  /** One line of at most 200 characters. */
  readonly subject: string;
  readonly text: string;
}

/** Who takes mails from us to people. */
export interface Mail {
  /**
   * To one address alone, which `isMailbox` holds for.
   * @returns `refused` for what the same mail will not change
   * @throws HatcheckError `aws_unavailable`: it may be taken later
   */
  send(to: string, mail: MailText): Promise<'sent' | 'refused'>;
}

const MOST_IN_SUBJECT = 200;

/**
 * What a card shows, as a mail. Nothing is decided in a mail: of its actions only the ways to the portal stay. `origin` is the portal's.
 * Lines of people's words never stand at the beginning of a line, where they could look like another fact.
 */
export const mailOf = ({ title, facts, notes = [], actions }: Card, origin: string): MailText => ({
  subject: subjectOf(title),
  text: `${[
    [inert(visibleLine(title))],
    facts.map(({ label, text }) => `${label}: ${inert(visible(text)).replaceAll('\n', '\n  | ')}`),
    notes.map((note) => inert(visibleLine(note))),
    actions.flatMap((action) => (action.type === 'open' ? [`${action.label}: ${origin}${action.path}`] : [])),
  ]
    .filter((part) => part.length > 0)
    .map((part) => part.join('\n'))
    .join('\n\n')}\n`,
});

const subjectOf = (title: string): string => {
  const whole = Array.from(`[Hatcheck] ${encodedWordless(inert(visibleLine(title)))}`);
  return whole.length <= MOST_IN_SUBJECT ? whole.join('') : `${whole.slice(0, MOST_IN_SUBJECT - 2).join('')} …`;
};

/** RFC 2047: what begins so in a subject is decoded by whoever shows it, and could say something else than we looked at. */
const encodedWordless = (text: string): string => text.replaceAll('=?', '= ?');

/**
 * Mail programs make links of what looks like an address. The dot before a letter, or what IDNA takes for one, and the colon before two
 * slashes are shown in brackets: a link in a mail of ours leads to the portal.
 */
const inert = (text: string): string =>
  text.replaceAll(/:(?=\/\/)/g, '[:]').replaceAll(/(?<=\S)[.\u3002\uff0e\uff61](?=[\p{L}\p{N}]*\p{L})/gu, '[.]');
