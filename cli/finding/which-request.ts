import type { Asker, Choice } from '../asker.ts';
import { Failure } from '../failure.ts';
import { member } from '../json.ts';
import { type Request, type RequestsQuery, readRequest, readRequests } from '../requests.ts';
import { personText } from '../shown/people.ts';
import { visibleLine } from '../shown/visible.ts';
import type { Place } from '../sign-in.ts';
import { oneBeginning } from './one-beginning.ts';

export interface Sought {
  /** A whole id, the beginning of one, or `last`; nothing where somebody can choose. */
  readonly given: string | undefined;
  /** In whose lists it may be. */
  readonly among: readonly RequestsQuery['as'][];
  /** What is to be done with it, in the API's words. */
  readonly action?: string;
  readonly asker: Asker | undefined;
}

const WHOLE = /^r_[a-z2-7]{26}$/i;
const BEGINNING = /^(?:r_)?([a-z2-7]{1,25})$/i;

export const isWholeId = (given: string | undefined): boolean => given !== undefined && WHOLE.test(given);

/**
 * The request that is meant: ids are looked for among the newest 200 of each list.
 * @throws Failure 2 where it is not said, or may be several; 1 where there is none
 */
export const requestMeant = async (place: Place, sought: Sought): Promise<Request> => {
  const { given, asker } = sought;
  if (given !== undefined && isWholeId(given)) return readRequest(place, `r_${given.slice(2).toUpperCase()}`);
  if (given === undefined && !asker)
    throw new Failure(2, 'say which request: its id, the beginning of it, or last', {
      next: 'hatcheck requests shows them',
    });
  const found = await listed(place, sought.among);
  if (given === undefined && asker) return asker.choose('Which request?', choicesOf(found, sought));
  return given?.toLowerCase() === 'last' ? lastOf(found, sought) : beginningWith(found, given ?? '');
};

const listed = async (place: Place, among: Sought['among']): Promise<readonly Request[]> => {
  const pages = await Promise.all(among.map((as) => readRequests(place, { as, limit: 200 })));
  return [...new Map(pages.flatMap(({ requests }) => requests.map((each) => [each.id, each]))).values()];
};

/** Those that the act is possible with. @throws Failure 1 when there is none */
const possible = (found: readonly Request[], { action }: Sought): readonly [Request, ...Request[]] => {
  const [first, ...others] = action === undefined ? found : found.filter(({ actions }) => actions.includes(action));
  if (!first)
    throw new Failure(1, `there is no request${action === undefined ? '' : ` that you may ${action}`}`, {
      ...{ code: 'not_found', next: 'hatcheck requests shows yours, and --as approver those that wait for you' },
    });
  return [first, ...others];
};

/** Each list is newest first; the first list that has one counts. */
const lastOf = (found: readonly Request[], sought: Sought): Request => possible(found, sought)[0];

const beginningWith = (found: readonly Request[], given: string): Request => {
  const beginning = BEGINNING.exec(given)?.[1]?.toUpperCase();
  if (beginning === undefined)
    throw new Failure(2, `${visibleLine(given)} is no request: say its id, the beginning of it, or last`);
  return oneBeginning(found, `r_${beginning}`);
};

const choicesOf = (found: readonly Request[], sought: Sought): readonly Choice<Request>[] =>
  possible(found, sought)
    .slice(0, 30)
    .map((request) => ({
      value: request,
      name: request.id.slice(0, 10),
      more: [request.status, visibleLine(request.entitlementId), personText(member(request.view, 'requester'))],
    }));
