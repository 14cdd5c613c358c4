import type { Notice, Recipient } from '../broker/notice.ts';
import type { ToldRequest } from '../broker/told-request.ts';
import { ChatError, type ChatMessage, type ChatMessages } from './port.ts';
import { type Voice, channelsOf, inChannels, toNamed, toRequester } from './tell-chat.ts';
import { type MailVoice, addressesOf, byMail } from './tell-mail.ts';
import { type Register, type Whom, whomOf } from './tell-people.ts';

export interface Teller {
  readonly voices: readonly Voice[];
  /** Absent: access.yml says nothing of mail. */
  readonly mail?: MailVoice;
  readonly register: Register;
  readonly messages: ChatMessages;
  /** The request as it is now, consistent. */
  readonly read: (requestId: string) => Promise<ToldRequest | undefined>;
}

/** A notice while it is told. */
export interface Telling {
  readonly teller: Teller;
  readonly notice: Notice;
  readonly told: ToldRequest;
  readonly whom: Whom;
  /** What was said of the request, by its place. */
  readonly before: ReadonlyMap<string, ChatMessage>;
}

/** Tells one place. @throws ChatError, HatcheckError */
export type Say = (telling: Telling) => Promise<void>;

/** Somebody was not told. What others were told stays so: the same notice again tells only those who were not. */
export class NotToldError extends Error {
  /** Whether another try may succeed; when the platforms want to be left alone until then, for how long. */
  readonly mayPass: boolean;
  readonly retryAfterMs: number;

  constructor(errors: readonly unknown[]) {
    super('somebody was not told', { cause: errors[0] });
    this.name = 'NotToldError';
    this.mayPass = errors.some((error) => !(error instanceof ChatError) || error.mayPass);
    this.retryAfterMs = Math.max(
      0,
      ...errors.map((error) => (error instanceof ChatError ? error.retryAfterMs : 0) ?? 0),
    );
  }
}

/**
 * Tells whom the notice names, and makes every message of the request true. What is shown is the request as it is now, so that notices
 * which come twice, late or out of order change nothing.
 *
 * @throws NotToldError when one of them could not be told, or nobody could be told of a break-glass; Error where there is no such request
 */
export const tellNotice = async (teller: Teller, notice: Notice): Promise<void> => {
  const told = await teller.read(notice.requestId);
  if (!told) throw new Error('the ledger has no such request');
  const before = new Map((await teller.messages.of(notice.requestId)).map((message) => [message.place, message]));
  const telling: Telling = { teller, notice, told, before, whom: await whomOf(teller, notice, told) };
  const errors: unknown[] = unheard(telling);
  const says = [
    ...teller.voices.flatMap((voice) => [inChannels, toNamed, toRequester].flatMap((saysOf) => saysOf(voice, telling))),
    ...(teller.mail ? byMail(teller.mail, telling) : []),
  ];
  for (const say of says) await say(telling).catch((error: unknown) => void errors.push(error));
  if (errors.length > 0) throw new NotToldError(errors);
};

/** A channel that no platform serves, and a break-glass that nobody hears of: nobody would ever know that nobody was told. */
const unheard = ({ teller: { voices, mail }, notice: { kind, to }, whom }: Telling): ChatError[] => {
  const isHeard = (one: Recipient): boolean =>
    voices.some(({ chat, channels }) => channelsOf(one, chat.platform, channels).length > 0) ||
    (mail !== undefined && addressesOf(one, mail).length > 0);
  const unserved = to
    .filter((one) => one.role === 'channel' && !isHeard(one))
    .map(() => new ChatError('no platform serves a channel that access.yml names', { mayPass: false }));
  const reached = whom.named.some(({ accounts, mailbox }) => accounts.length > 0 || mailbox !== undefined);
  return kind === 'break_glass' && unserved.length === 0 && !reached && !to.some(isHeard)
    ? [new ChatError('nobody is told of a break-glass', { mayPass: false })]
    : unserved;
};
