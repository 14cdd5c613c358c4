import { type PartialAsk, entitlementNamed, openRequest, submit } from './ask.ts';
import { type Asker, askerAt } from './asker.ts';
import { completeAsk } from './asking/complete.ts';
import { Failure } from './failure.ts';
import { type Grant, type Request, runningGrant } from './requests.ts';
import type { Place } from './sign-in.ts';
import { waitShown, whatIsAwaited } from './wait.ts';

export interface Elevating extends PartialAsk {
  /** Whether to wait for what others have to decide. */
  readonly wait: boolean;
  /** Whether a program looks on, whom nothing is asked. */
  readonly json?: boolean;
}

/**
 * A grant of the entitlement that runs now: the one that is there, else the one that was asked for, else asked for now.
 * @throws Failure 9 where it is not to be waited for, 6 when it never comes, otherwise as the server refuses
 */
export const elevated = async (
  place: Place,
  entitlementId: string,
  { wait, json = false, ...said }: Elevating,
): Promise<Request & { readonly grant: Grant }> => {
  const running = await runningGrant(place, entitlementId);
  if (running) return running;
  // Who breaks the glass does so because nobody answers what they asked for before.
  const open = said.breakGlass ? undefined : await openRequest(place, entitlementId);
  const request = open ?? (await ask(place, entitlementId, said, askerAt({ json })));
  const { grant } = request;
  if (grant?.state === 'active') return { ...request, grant };
  if (!wait)
    throw new Failure(9, whatIsAwaited(request, place.now()), {
      ...{ code: 'still_pending', next: `hatcheck show ${request.id} tells how it stands` },
    });
  return waitShown(place, request);
};

const ask = async (place: Place, entitlementId: string, said: PartialAsk, asker: Asker | undefined): Promise<Request> =>
  submit(place, await completeAsk(await entitlementNamed(place, entitlementId), said, asker));
