import type { Recipient } from '../broker/notice.ts';
import type { ChatAccount, ChatMessageRef, ChatPlatform } from './act.ts';
import { type Card, type Chat, ChatError, type ChatMessage } from './port.ts';
import type { ChatChannel } from './settings.ts';
import type { Say, Telling } from './tell.ts';
import { nudgeCard, requestCard, requesterCard } from './words.ts';

/** A platform, and where on it who is told what. */
export interface Voice {
  readonly chat: Chat;
  readonly workspace: string;
  readonly channels: readonly ChatChannel[];
}

/** The channels that are told now, and those that have a message of the request already. */
export const inChannels = ({ chat, channels }: Voice, { notice, told, before }: Telling): readonly Say[] => {
  const begins = `channel#${chat.platform}#`;
  const addressed = new Set(notice.to.flatMap((to) => channelsOf(to, chat.platform, channels)));
  return [...new Set([...addressed, ...begun(before, begins)])].map((channel) => (telling) => {
    const groups = channels.flatMap((each) => (each.channel === channel ? each.approvers : []));
    const asks = groups.some((group) => told.asked.groups.includes(group));
    return inPlace(telling, {
      ...{ chat, place: `${begins}${channel}`, isAddressed: addressed.has(channel), card: requestCard(told, { asks }) },
      post: (card) => chat.post(channel, card),
    });
  });
};

/** Each of the approvers who are named one by one has a message of their own, and it is kept true like those of channels. */
export const toNamed = ({ chat, workspace }: Voice, { told, before, whom }: Telling): readonly Say[] => {
  const begins = `person#${chat.platform}#${workspace}#`;
  const usersOf = (accounts: readonly ChatAccount[]): readonly string[] =>
    accounts.flatMap(({ platform, workspace: of, user }) =>
      platform === chat.platform && of === workspace ? [user] : [],
    );
  const addressed = new Set(usersOf(whom.named.flatMap(({ accounts }) => accounts)));
  const asked = new Set(usersOf(whom.asked));
  return [...new Set([...addressed, ...begun(before, begins)])].map(
    (user) => (telling) =>
      inPlace(telling, {
        ...{ chat, place: `${begins}${user}`, isAddressed: addressed.has(user) },
        card: requestCard(told, { asks: asked.has(user) }),
        post: (card) => chat.direct({ platform: chat.platform, workspace, user }, card),
      }),
  );
};

/** The requester, at every account that is theirs. */
export const toRequester = ({ chat, workspace }: Voice, { whom }: Telling): readonly Say[] =>
  whom.requesters
    .flatMap(({ accounts }) => accounts)
    .filter((account) => account.platform === chat.platform && account.workspace === workspace)
    .map((account) => (telling) => directly(telling, chat, account));

/** What stands behind this beginning, of the places that have a message already. */
const begun = (before: Telling['before'], begins: string): readonly string[] =>
  [...before.keys()].flatMap((place) => (place.startsWith(begins) ? [place.slice(begins.length)] : []));

export const channelsOf = (
  to: Recipient,
  platform: ChatPlatform | 'mail',
  channels: readonly ChatChannel[],
): readonly string[] => {
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

interface InPlace {
  readonly chat: Chat;
  readonly place: string;
  readonly card: Card;
  readonly isAddressed: boolean;
  readonly post: (card: Card) => Promise<ChatMessageRef>;
}

const inPlace = async (telling: Telling, { chat, place, card, isAddressed, post }: InPlace): Promise<void> => {
  const { notice, told, before } = telling;
  const { seq } = told.shown;
  const was = before.get(place);
  if (!was?.ref) return remember(telling, { place, ref: await post(card), seq, told: [notice.id] }, was);
  if (was.told.includes(notice.id) && was.seq >= seq) return undefined;
  const ref = await shownAnew(chat, was.ref, card, post);
  const nudge = isAddressed && !was.told.includes(notice.id) ? nudgeCard(notice.kind, told) : undefined;
  if (nudge) await chat.post(ref.channel, nudge, ref);
  return remember(telling, { place, ref, seq, told: withId(was.told, notice.id) }, was);
};

/** A message that is gone, or too old to be changed, is posted again. */
const shownAnew = async (
  chat: Chat,
  ref: ChatMessageRef,
  card: Card,
  post: InPlace['post'],
): Promise<ChatMessageRef> => {
  try {
    await chat.update(ref, card);
    return ref;
  } catch (error) {
    if (!(error instanceof ChatError) || error.mayPass) throw error;
    return post(card);
  }
};

const directly = async (telling: Telling, chat: Chat, account: ChatAccount): Promise<void> => {
  const { notice, told, before } = telling;
  const place = `account#${account.platform}#${account.workspace}#${account.user}`;
  const was = before.get(place);
  if (was?.told.includes(notice.id)) return;
  const ref = await chat.direct(account, requesterCard(notice.kind, told));
  await remember(telling, { place, ref, seq: told.shown.seq, told: withId(was?.told ?? [], notice.id) }, was);
};

/** A request has few notices; the queue sends one again within 14 days. */
const MAX_TOLD = 100;

export const withId = (told: readonly string[], id: string): readonly string[] =>
  told.includes(id) ? told : [...told, id].slice(-MAX_TOLD);

/** @throws ChatError when somebody else wrote meanwhile */
export const remember = async ({ teller, notice }: Telling, message: ChatMessage, was?: ChatMessage): Promise<void> => {
  if (!(await teller.messages.put(notice.requestId, message, was)))
    throw new ChatError('somebody else told it meanwhile', { mayPass: true });
};
