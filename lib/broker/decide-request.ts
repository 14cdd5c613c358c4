import type { Channel, Command, Shown } from '../domain/command.ts';
import { decide } from '../domain/decide.ts';
import type { StoredEvent, TextRef, Verdict } from '../domain/event.ts';
import { certain } from '../domain/invariant.ts';
import type { Principal } from '../domain/principal.ts';
import type { RequestState } from '../domain/request.ts';
import type { Desk, Patience } from './broker.ts';
import { commit } from './commit.ts';
import { readKnown, readKnownOrUnread } from './known.ts';
import { type Saying, saidWith } from './said-before.ts';
import { summarise } from './summarise.ts';
import { newWords } from './words.ts';

/** Acts on a request that exists, in the caller's words. */
export type Act =
  | (Shown & {
      readonly type: 'approve';
      readonly comment?: string;
      readonly durationSeconds?: number;
      readonly startAt?: string;
    })
  | (Shown & { readonly type: 'deny'; readonly reason: string })
  | { readonly type: 'revoke'; readonly reason: string }
  | { readonly type: 'cancel' | 'end' }
  | { readonly type: 'extend'; readonly durationSeconds: number; readonly justification: string }
  | { readonly type: 'review'; readonly verdict: Verdict; readonly comment: string };

const ONLY_TAKES_AWAY: readonly Act['type'][] = ['deny', 'cancel', 'end', 'revoke'];

export interface DecideOptions {
  readonly requestId: string;
  readonly principal: Principal;
  readonly channel: Channel;
  readonly act: Act;
  /** Said again with it, the act changes nothing, whatever has become of the request meanwhile. */
  readonly idempotencyKey?: string;
  readonly patience: Patience;
}

/**
 * The request after the act.
 * @throws HatcheckError as the act's decision says (`lib/domain/decide-*.ts`), `idempotency_conflict`, `not_found`, `ledger_conflict`, `ledger_unavailable`
 */
export const decideRequest = async (desk: Desk, options: DecideOptions): Promise<RequestState> =>
  (await decideAndTell(desk, options)).request;

/** The same, with what it did, or had done. */
export const decideAndTell = async (
  desk: Desk,
  { requestId, principal, channel, act, idempotencyKey, patience }: DecideOptions,
): Promise<{ readonly request: RequestState; readonly did: StoredEvent | undefined }> => {
  const words = wordsOf(act);
  const text = words === undefined ? undefined : newWords(desk.chance, words);
  const { request, event, before } = await commit(
    desk,
    {
      requestId,
      principal,
      patience,
      ...(idempotencyKey === undefined
        ? {}
        : { said: saidWith(idempotencyKey, sayingOf(act), { desk, requestId, handle: principal.handle }) }),
      known: ONLY_TAKES_AWAY.includes(act.type) ? readKnownOrUnread : readKnown,
      // First the words, then the event that holds their hash.
      ...(text ? { prepare: () => desk.texts.put(principal.handle, text.ref, text.value) } : {}),
    },
    (state, context) => decide(state, commandOf(act, text?.ref), { ...context, channel }),
  );
  return { request: event ? await summarise(desk, request) : request, did: event ?? before };
};

/** All that a caller says by it. */
const sayingOf = (act: Act): Saying => {
  const { type, durationSeconds, startAt, verdict } = { ...SAYING_NOTHING, ...act };
  return { type, text: wordsOf(act), durationSeconds, startAt, verdict };
};

const SAYING_NOTHING = { durationSeconds: undefined, startAt: undefined, verdict: undefined };

const wordsOf = (act: Act): string | undefined => {
  switch (act.type) {
    case 'approve':
    case 'review':
      return act.comment;
    case 'deny':
    case 'revoke':
      return act.reason;
    case 'extend':
      return act.justification;
    case 'cancel':
    case 'end':
      return undefined;
  }
};

const commandOf = (act: Act, ref: TextRef | undefined): Command => {
  switch (act.type) {
    case 'approve':
      return approveOf(act, ref);
    case 'deny':
    case 'revoke':
      return { ...act, reason: certain(ref, `${act.type} always has a reason`) };
    case 'cancel':
    case 'end':
      return { type: act.type };
    case 'extend':
      return {
        ...act,
        justification: { text: act.justification, ref: certain(ref, 'an extension always has a reason') },
      };
    case 'review':
      return { ...act, comment: certain(ref, 'a review always has a comment') };
  }
};

const approveOf = (
  { comment: _words, ...rest }: Extract<Act, { type: 'approve' }>,
  comment: TextRef | undefined,
): Command => ({ ...rest, ...(comment ? { comment } : {}) });
