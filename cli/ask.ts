import { randomUUID } from 'node:crypto';
import type { Scope } from '../lib/domain/scope.ts';
import { type Entitlement, readEntitlements } from './entitlements.ts';
import { Failure, oneLine } from './failure.ts';
import { member } from './json.ts';
import { type Request, ownRequests, requestIn } from './requests.ts';
import { failureOf } from './server.ts';
import { type Place, callSignedIn } from './sign-in.ts';

/** What somebody asks for. */
export interface Ask {
  readonly entitlementId: string;
  readonly durationSeconds: number;
  readonly justification: string;
  readonly ticket?: string;
  readonly scope?: Scope;
  /** ISO 8601, UTC. */
  readonly startAt?: string;
  readonly breakGlass?: true;
}

/** As far as it was said on the command line. */
export type PartialAsk = Partial<Omit<Ask, 'entitlementId'>>;

/** @throws Failure 1 for one that is not the caller's */
export const entitlementNamed = async (place: Place, id: string): Promise<Entitlement> => {
  const found = (await readEntitlements(place)).find((each) => each.id === id);
  if (!found)
    throw new Failure(1, `you may not ask for ${oneLine(id)}`, {
      ...{ code: 'not_eligible', next: 'hatcheck list shows what you may ask for' },
    });
  return found;
};

/** @throws Failure as the server refuses */
export const submit = async (place: Place, ask: Ask): Promise<Request> => {
  const answer = await callSignedIn(place, 'POST', '/v1/requests', { json: ask, idempotencyKey: randomUUID() });
  if (answer.status !== 201) throw failureOf(place.server, answer);
  return requestIn(place, member(answer.body, 'request'));
};

/** What was asked for of an entitlement before, and is undecided or yet to begin. */
export const openRequest = async (place: Place, entitlementId: string): Promise<Request | undefined> => {
  const open = [...(await ownRequests(place, 'pending')), ...(await ownRequests(place, 'approved'))];
  return open.find(
    (each) => each.entitlementId === entitlementId && (each.status === 'pending' || each.grant?.state === 'scheduled'),
  );
};
