import { createHash } from 'node:crypto';
import type { Recipient } from '../broker/notice.ts';
import { type Mail, mailOf } from './mail/mail.ts';
import { type Card, ChatError } from './port.ts';
import type { ChatChannel } from './settings.ts';
import type { Say, Telling } from './tell.ts';
import { channelsOf, remember, withId } from './tell-chat.ts';
import { mailCard, requesterCard } from './words.ts';

/** The plain fallback, and which addresses stand for which approvers. */
export interface MailVoice {
  readonly mail: Mail;
  readonly channels: readonly ChatChannel[];
  /** The portal's. */
  readonly origin: string;
}

/** The addresses that are told now, each once with each notice; a mail cannot be made true later. */
export const byMail = (voice: MailVoice, { notice, told, whom }: Telling): readonly Say[] => {
  const card = mailCard(notice.kind, told);
  const mine = requesterCard(notice.kind, told);
  const mails = new Map<string, Card>([
    ...whom.requesters.flatMap(({ mailbox }) => (mailbox === undefined ? [] : [[mailbox, mine] as const])),
    ...whom.named.flatMap(({ mailbox }) => (mailbox === undefined ? [] : [[mailbox, card] as const])),
    ...notice.to.flatMap((to) => addressesOf(to, voice).map((address) => [address, card] as const)),
  ]);
  return [...mails].map(
    ([address, shown]) =>
      (telling) =>
        send(telling, voice, address, shown),
  );
};

export const addressesOf = (to: Recipient, { channels }: MailVoice): readonly string[] =>
  channelsOf(to, 'mail', channels);

const send = async (telling: Telling, { mail, origin }: MailVoice, address: string, card: Card): Promise<void> => {
  const { before, notice, told } = telling;
  const place = placeOf(telling.notice.requestId, address);
  const was = before.get(place);
  if (was?.told.includes(notice.id)) return;
  if ((await mail.send(address, mailOf(card, origin))) === 'refused')
    throw new ChatError('a mail was not taken', { mayPass: false });
  await remember(telling, { place, seq: told.shown.seq, told: withId(was?.told ?? [], notice.id) }, was);
};

/** Of each request another, and no address: what was sent to whom is no list of who is whose. */
const placeOf = (requestId: string, address: string): string =>
  `mail#${createHash('sha256')
    .update(JSON.stringify([requestId, address]))
    .digest('base64url')}`;
