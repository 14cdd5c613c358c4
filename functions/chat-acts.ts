import type { Desk, Patience } from '../lib/broker/broker.ts';
import type { ChatAct } from '../lib/chatops/act.ts';
import { type BeginParts, beginChatLink } from '../lib/chatops/link.ts';
import type { Card, Chat, ChatLinks } from '../lib/chatops/port.ts';
import * as replies from '../lib/chatops/replies.ts';
import { present } from '../lib/config/present.ts';
import { HatcheckError } from '../lib/domain/errors.ts';
import type { Handle, Principal } from '../lib/domain/principal.ts';
import { isBefore } from '../lib/domain/time.ts';
import { detailOf, problems } from '../lib/http/problem.ts';
import { shownUserCode } from '../lib/identity/oauth/user-code.ts';
import type { Sessions } from '../lib/identity/ports.ts';
import { isIdle } from '../lib/identity/sessions.ts';
import type { Meter } from '../lib/metrics.ts';
import { actAs } from './chat-use-cases.ts';

export interface ChatDesk {
  readonly desk: Desk;
  readonly links: Pick<ChatLinks, 'find'>;
  readonly sessions: Pick<Sessions, 'list' | 'allSeen'>;
  readonly begin: BeginParts;
  /** Counts what was refused, as of callers of the API. */
  readonly meter: Meter;
}

/**
 * Does what was said, by the very use cases and schemas of the HTTP API, with the act's own id as its Idempotency-Key. What a decision changes is
 * shown by `on-notice`, which keeps the request's messages true; here only whoever acted is answered.
 *
 * @returns what they are told; undefined where the request's own message says it all
 * @throws HatcheckError for what may succeed later; ChatError
 */
export const doChatAct = async (
  chatDesk: ChatDesk,
  chat: Chat,
  act: ChatAct,
  patience: Patience,
): Promise<Card | undefined> => {
  const { saying } = act;
  try {
    if (saying.type === 'help') return replies.helpCard(chat.commands);
    if (saying.type === 'link') return await link(chatDesk, chat, act);
    const known = await chatDesk.links.find(act.account);
    if (!known) return replies.notLinkedCard(chat.commands);
    const [principal, isMember] = await Promise.all([
      signedIn(chatDesk, known.handle),
      LETS_GROW.has(saying.type) ? chat.isMember(act) : true,
    ]);
    if (!isMember) return replies.notMemberCard();
    if (!principal) return replies.signInCard(requestPathOf(act));
    return await actAs(chatDesk.desk, { principal, chat, act, patience });
  } catch (error) {
    if (!(error instanceof HatcheckError) || MAY_PASS.has(error.code)) throw error;
    chatDesk.meter.put('Refusals', 1, error.code);
    chatDesk.meter.flush();
    const path = requestPathOf(act);
    // What it says of `loginUrl` is for callers of the API.
    if (error.code === 'step_up_required') return replies.signInAnewCard(error.refusal.stepUp ?? 'fresh', path);
    const { faults = [] } = error.refusal;
    return replies.refusedCard({
      title: problems[error.code].title,
      detail: [detailOf(error.refusal), ...faults.map((each) => `${each.pointer}: ${each.detail}`)].join(' '),
      ...present({ path }),
    });
  }
};

/** Where the portal shows what was acted on; undefined where that is no request. */
export const requestPathOf = ({ saying }: ChatAct): string | undefined =>
  'requestId' in saying ? `/requests/${saying.requestId}` : undefined;

/** Who was linked may have become a guest since. A no, and what only shows, needs no more than the link. */
const LETS_GROW: ReadonlySet<ChatAct['saying']['type']> = new Set(['approve', 'ask']);

const MAY_PASS: ReadonlySet<string> = new Set(['ledger_unavailable', 'ledger_conflict', 'aws_unavailable', 'internal']);

/** With the newest groups of their sessions that are live: signed out everywhere, or away from the portal for an hour, nobody acts in chat either. */
const signedIn = async ({ sessions, desk }: ChatDesk, handle: Handle): Promise<Principal | undefined> => {
  const [all, seen] = await Promise.all([sessions.list(handle), sessions.allSeen(handle)]);
  const now = desk.clock.now();
  const live = all.filter(
    ({ principal, via, tokenHash, createdAt, expiresAt }) =>
      principal.kind === 'person' &&
      isBefore(now, expiresAt) &&
      !(via === 'cookie' && isIdle(seen.get(tokenHash) ?? createdAt, now)),
  );
  return live
    .map(({ principal }) => principal)
    .reduce<Principal | undefined>(
      (one, other) => (one && !isBefore(one.groupsAt, other.groupsAt) ? one : other),
      undefined,
    );
};

const link = async ({ begin }: ChatDesk, chat: Chat, act: ChatAct): Promise<Card> =>
  (await chat.isMember(act))
    ? replies.codeCard(shownUserCode(await beginChatLink(begin, act.account, act.name)))
    : replies.notMemberCard();
