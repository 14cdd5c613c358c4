import type { Shown } from '../domain/command.ts';
import { shownExtension } from '../domain/decide-approval.ts';
import type { RequestState } from '../domain/request.ts';
import type { Desk } from './broker.ts';
import { RefusedError } from './commit.ts';
import { type DecideOptions, decideAndTell, decideRequest } from './decide-request.ts';
import { HatcheckError } from '../domain/errors.ts';

/**
 * The act on the request that is named, and then on all that were asked for together with it and are the caller's to decide on: each a
 * decision of its own. More time was asked for each of them alone: an act on the extension of the one that is named is on nothing else, and
 * none of the others' extensions is touched. The first of the requests that come back is the one that was named; those that were refused are
 * not among them.
 *
 * @throws HatcheckError as `decideRequest` for the one that is named; `ledger_unavailable`, `ledger_conflict` for the others
 */
export const decideBundle = async (
  desk: Desk,
  options: DecideOptions,
): Promise<readonly [RequestState, ...RequestState[]]> => {
  const { request: named, did } = await decideAndTell(desk, options);
  // Where nothing was done, a yes was there before: to what they were shown last.
  const isOfExtension = did ? 'extension' in did.data : shownExtension(named, shownTo(options)) !== undefined;
  if (isOfExtension) return [named];
  const others: RequestState[] = [];
  for (const requestId of named.bundle?.requestIds ?? []) {
    if (requestId === named.id) continue;
    const act = { ...options.act, seq: AS_ASKED_FOR };
    const decided = await unlessRefused(decideRequest(desk, { ...options, act, requestId }));
    if (decided) others.push(decided);
  }
  return [named, ...others];
};

const shownTo = ({ act }: DecideOptions): Shown => ('seq' in act ? act : {});

/** What is meant of the others is what was asked for together: their first events. */
const AS_ASKED_FOR = 0;

/** One that was never made, or is not theirs to read, is refused too. */
const unlessRefused = async (act: Promise<RequestState>): Promise<RequestState | undefined> => {
  try {
    return await act;
  } catch (error) {
    if (error instanceof RefusedError || (error instanceof HatcheckError && error.code === 'not_found'))
      return undefined;
    throw error;
  }
};
