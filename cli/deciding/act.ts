import { randomUUID } from 'node:crypto';
import { type Asker, askerAt } from '../asker.ts';
import { Failure } from '../failure.ts';
import { isWholeId, requestMeant } from '../finding/which-request.ts';
import { count, list, member } from '../json.ts';
import { type OnServer, placeOf } from '../place.ts';
import { say, sayJson } from '../print.ts';
import { type Request, readRequestWhole, requestIn } from '../requests.ts';
import { failureOf } from '../server.ts';
import { personText } from '../shown/people.ts';
import { evidenceLines, requestLines } from '../shown/request-facts.ts';
import { statusText } from '../shown/status.ts';
import { visibleLine } from '../shown/visible.ts';
import { type Place, callSignedIn } from '../sign-in.ts';
import { whatIsAwaited } from '../wait.ts';
import { type Act, type ActOptions, isOnExtension } from './acts.ts';

export interface DecideOptions extends OnServer, ActOptions {
  /** Without being shown it first. */
  readonly yes?: boolean;
  readonly json?: boolean;
}

/**
 * Does one act on one request, and says how it stands then.
 * @param action as the API calls it
 * @throws Failure 2 where something is missing and nobody can be asked, otherwise as the server refuses
 */
export const act = async (
  { action, ...does }: Act & { readonly action: string },
  given: string | undefined,
  options: DecideOptions,
): Promise<void> => {
  const place = await placeOf(options);
  const asker = askerAt(options);
  if (does.gives) unlessAskedOrNamed(given, options, asker);
  const meant = await requestMeant(place, { given, among: does.among, action, asker });
  const shown = does.gives && !options.yes && asker ? await looked(place, meant, asker) : {};
  const body = { ...shown, ...(await does.body(meant, { options, asker, now: place.now() })) };
  const sent = { json: body, idempotencyKey: randomUUID() };
  const answer = await callSignedIn(place, 'POST', `/v1/requests/${meant.id}/${action}`, sent);
  if (answer.status !== 200) throw failureOf(place.server, answer);
  if (options.json) {
    sayJson(answer.body);
    return;
  }
  const several = list(answer.body, 'requests');
  const views = several.length > 0 ? several : [member(answer.body, 'request')];
  for (const view of views) say(outcomeOf(requestIn(place, view), place.now()));
};

/** Nobody says yes to what they have not seen: a script names the whole of it. */
const unlessAskedOrNamed = (given: string | undefined, { yes }: DecideOptions, asker: Asker | undefined): void => {
  if (yes && !isWholeId(given)) throw new Failure(2, 'with --yes say the whole id: nobody is shown what is meant');
  if (!yes && !asker) throw new Failure(2, 'it is to be looked at first; say --yes, and the whole id');
};

/** Shows all of it. @returns what binds the yes to what was shown @throws Failure 130 for no yes */
const looked = async (place: Place, { id }: Request, asker: Asker): Promise<{ seq?: number }> => {
  const { request, evidence } = await readRequestWhole(place, id);
  for (const line of [...requestLines(request, place.now()), ...evidenceLines(evidence)]) say(line);
  const question = isOnExtension(request) ? 'Say yes to more time?' : 'Say yes?';
  if (!(await asker.confirm(question))) throw new Failure(130, 'left as it is', { next: 'hatcheck deny says no' });
  const seq = count(request.view, 'seq');
  return seq === undefined ? {} : { seq };
};

const outcomeOf = (request: Request, now: Date): string => {
  const { id, entitlementId, view, status } = request;
  const what = `${visibleLine(entitlementId)} of ${personText(member(view, 'requester'))}`;
  return status === 'pending'
    ? `${what}: ${whatIsAwaited(request, now)}`
    : `${what}: ${id} is ${statusText(request, now)}`;
};
