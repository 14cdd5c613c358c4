import type { Notice, Recipient } from '../broker/notice.ts';
import type { ToldRequest } from '../broker/told-request.ts';
import type { ChatAccount, ChatMessageRef, ChatPlatform } from './act.ts';
import { type Card, type Chat, ChatError, type ChatLinks, type ChatMessage, type ChatMessages } from './port.ts';
import type { ChatChannel } from './settings.ts';
import { nudgeCard, requestCard, requesterCard } from './words.ts';

/** A platform, and where on it who is told what. */
export interface Voice {
  readonly chat: Chat;
  readonly workspace: string;
  readonly channels: readonly ChatChannel[];
}

export interface Teller {
  readonly voices: readonly Voice[];
  readonly messages: ChatMessages;
  /** Which accounts are a person's. */
  readonly links: Pick<ChatLinks, 'of'>;
  /** The request as it is now, consistent. */
  readonly read: (requestId: string) => Promise<ToldRequest | undefined>;
}

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
  const errors: unknown[] = unheard(teller.voices, notice);
  for (const voice of teller.voices)
    for (const say of [...inChannels(voice, notice, before), ...(await alone(voice, teller, notice))])
      await say({ teller, notice, told, before }).catch((error: unknown) => void errors.push(error));
  if (errors.length > 0) throw new NotToldError(errors);
};

/** A channel that no platform serves, and a break-glass that no channel hears of: nobody would ever know that nobody was told. */
const unheard = (voices: readonly Voice[], { kind, to }: Notice): ChatError[] => {
  const isHeard = (one: Recipient): boolean =>
    voices.some(({ chat, channels }) => channelsOf(one, chat.platform, channels).length > 0);
  const unserved = to
    .filter((one) => one.role === 'channel' && !isHeard(one))
    .map(() => new ChatError('no platform serves a channel that access.yml names', { mayPass: false }));
  return kind === 'break_glass' && unserved.length === 0 && !to.some(isHeard)
    ? [new ChatError('no channel is told of a break-glass', { mayPass: false })]
    : unserved;
};

interface Telling {
  readonly teller: Teller;
  readonly notice: Notice;
  readonly told: ToldRequest;
  readonly before: ReadonlyMap<string, ChatMessage>;
}

type Say = (telling: Telling) => Promise<void>;

/** The channels that are told now, and those that have a message of the request already. */
const inChannels = ({ chat, channels }: Voice, notice: Notice, before: Telling['before']): readonly Say[] => {
  const addressed = new Set(notice.to.flatMap((to) => channelsOf(to, chat.platform, channels)));
  const begun = [...before.values()].flatMap(({ place, ref }) =>
    ref.platform === chat.platform && place.startsWith(`${CHANNEL}${chat.platform}#`)
      ? [place.slice(`${CHANNEL}${chat.platform}#`.length)]
      : [],
  );
  return [...new Set([...addressed, ...begun])].map((channel) => (telling) => {
    const groups = channels.flatMap((each) => (each.channel === channel ? each.approvers : []));
    const asks = groups.some((group) => telling.told.asked.includes(group));
    const place = `${CHANNEL}${chat.platform}#${channel}`;
    const card = requestCard(telling.told, { asks });
    return inChannel(telling, { chat, channel, place, card, isAddressed: addressed.has(channel) });
  });
};

const CHANNEL = 'channel#';

const channelsOf = (to: Recipient, platform: ChatPlatform, channels: readonly ChatChannel[]): readonly string[] => {
  switch (to.role) {
    case 'requester':
      return [];
    case 'channel':
      return to.channel.startsWith(`${platform}:`) ? [to.channel.slice(platform.length + 1)] : [];
    default:
      return channels
        .filter(({ approvers }) => approvers.some((group) => to.groups.includes(group)))
        .map(({ channel }) => channel);
  }
};

interface InChannel {
  readonly chat: Chat;
  readonly channel: string;
  readonly place: string;
  readonly card: Card;
  readonly isAddressed: boolean;
}

const inChannel = async (telling: Telling, { chat, channel, place, card, isAddressed }: InChannel): Promise<void> => {
  const { teller, notice, told, before } = telling;
  const { seq } = told.shown;
  const was = before.get(place);
  if (!was) return remember(teller, notice, { place, ref: await chat.post(channel, card), seq, told: [notice.id] });
  if (was.told.includes(notice.id) && was.seq >= seq) return undefined;
  const ref = await shownAnew(chat, was.ref, channel, card);
  const nudge = isAddressed && !was.told.includes(notice.id) ? nudgeCard(notice.kind, told) : undefined;
  if (nudge) await chat.post(channel, nudge, ref);
  return remember(teller, notice, { place, ref, seq, told: withId(was.told, notice.id) }, was);
};

/** A message that is gone, or too old to be changed, is posted again. */
const shownAnew = async (chat: Chat, ref: ChatMessageRef, channel: string, card: Card): Promise<ChatMessageRef> => {
  try {
    await chat.update(ref, card);
    return ref;
  } catch (error) {
    if (!(error instanceof ChatError) || error.mayPass) throw error;
    return chat.post(channel, card);
  }
};

/** The requester, at every account that is theirs. */
const alone = async ({ chat, workspace }: Voice, { links }: Teller, { to }: Notice): Promise<readonly Say[]> => {
  const handles = to.flatMap((one) => (one.role === 'requester' ? [one.handle] : []));
  const accounts = (await Promise.all(handles.map((handle) => links.of(handle)))).flat();
  return accounts
    .filter((account) => account.platform === chat.platform && account.workspace === workspace)
    .map((account) => (telling) => directly(telling, chat, account));
};

const directly = async ({ teller, notice, told, before }: Telling, chat: Chat, account: ChatAccount): Promise<void> => {
  const place = `account#${account.platform}#${account.workspace}#${account.user}`;
  const was = before.get(place);
  if (was?.told.includes(notice.id)) return;
  const ref = await chat.direct(account, requesterCard(notice.kind, told));
  await remember(teller, notice, { place, ref, seq: told.shown.seq, told: withId(was?.told ?? [], notice.id) }, was);
};

/** A request has few notices; the queue sends one again within 14 days. */
const MAX_TOLD = 100;

const withId = (told: readonly string[], id: string): readonly string[] =>
  told.includes(id) ? told : [...told, id].slice(-MAX_TOLD);

const remember = async (
  { messages }: Teller,
  { requestId }: Notice,
  message: ChatMessage,
  was?: ChatMessage,
): Promise<void> => {
  if (!(await messages.put(requestId, message, was)))
    throw new ChatError('somebody else told it meanwhile', { mayPass: true });
};
