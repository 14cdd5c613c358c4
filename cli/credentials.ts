import { credentialsName, nameOf } from './config-folder.ts';
import { isEntitlementId } from './entitlements.ts';
import { Failure, unknownAnswer } from './failure.ts';
import { type Kept, type ProcessCredentials, credentialsIn, isDue, keptIn, remainingMs } from './kept-credentials.ts';
import { REQUEST_ID, readRequest, runningGrant } from './requests.ts';
import { type Answer, failureOf } from './server.ts';
import { type Place, callSignedIn, currentSignIn, storedSignIn } from './sign-in.ts';

/** AWS refuses what is signed by a clock that is further off. */
const MOST_SKEW_MS = 300_000;

/** Refreshing the sign-in, which request it is, the issue, and the last two once more where the sign-in was ended there. */
const CALLS = 5;

/**
 * Temporary credentials of a request, or of the grant of an entitlement that runs: those from last time while they last, since the AWS CLI asks
 * once a call and keeps nothing. Of commands that start together one fetches them for all. A refusal takes them away; where the server is away, or
 * has none that last longer, they serve until they end.
 *
 * @param wanted the id of a request or of an entitlement
 * @throws Failure 2 for what is neither, 8 where the clock is wrong, otherwise as the server refuses
 */
export const processCredentials = async (place: Place, wanted: string): Promise<ProcessCredentials> => {
  if (!REQUEST_ID.test(wanted) && !isEntitlementId(wanted))
    throw new Failure(2, 'say the id of a request, r_ and 26 letters or digits, or of an entitlement');
  const known = await storedSignIn(place);
  const kept = known && (await read(place, credentialsName(place.server, wanted, known.handle)));
  if (kept && !isDue(kept, place.now().getTime())) return kept.credentials;
  if (!known) await currentSignIn(place);
  const lock = `credentials.${nameOf(place.server, wanted)}`;
  try {
    return await place.files.whileLocked(lock, () => renewed(place, wanted), { calls: CALLS });
  } catch (error) {
    // A full disk takes away nothing that is there.
    if (kept && remainingMs(kept, place.now().getTime()) > 0 && error instanceof Failure && error.exitCode === 7)
      return kept.credentials;
    throw error;
  }
};

/** Whoever comes second finds what the first got. */
const renewed = async (place: Place, wanted: string): Promise<ProcessCredentials> => {
  const known = await storedSignIn(place);
  const name = known && credentialsName(place.server, wanted, known.handle);
  const kept = name === undefined ? undefined : await read(place, name);
  if (kept && !isDue(kept, place.now().getTime())) return kept.credentials;
  const usable = kept && remainingMs(kept, place.now().getTime()) > 0 ? kept : undefined;
  try {
    return (await later(place, wanted, usable)) ?? (await keptOn(place, name, usable));
  } catch (error) {
    if (usable && isForNow(error)) return keptOn(place, name, usable);
    if (isFinal(error) && name !== undefined) await place.files.remove(name);
    throw error;
  }
};

/** The server has decided, and what is kept is no longer to be used. */
const isFinal = (error: unknown): boolean => error instanceof Failure && (error.exitCode === 1 || error.exitCode === 6);

/** Nothing was decided: the server or the sign-in is away, or it was asked too often. */
const isForNow = (error: unknown): boolean =>
  error instanceof Failure && (error.exitCode === 3 || error.exitCode === 4 || error.code === 'limit_reached');

const keptOn = async (place: Place, name: string | undefined, kept: Kept | undefined): Promise<ProcessCredentials> => {
  if (!kept || name === undefined) throw new TypeError('nothing is kept');
  await place.files.write(name, { ...kept, askedAtMs: place.now().getTime() });
  return kept.credentials;
};

/** Undefined when they would end no later than those that are kept: the grant does. */
const later = async (
  place: Place,
  wanted: string,
  usable: Kept | undefined,
): Promise<ProcessCredentials | undefined> => {
  const { id, endsAtMs } = await requestOf(place, wanted, usable !== undefined);
  if (usable && endsAtMs !== undefined && endsAtMs <= Date.parse(usable.credentials.Expiration) + 1000)
    return undefined;
  const answer = await callSignedIn(place, 'POST', `/v1/requests/${id}/credentials`);
  if (answer.status !== 200) throw failureOf(place.server, answer);
  checkClock(place, answer);
  const credentials = credentialsIn(answer.body);
  if (!credentials) throw unknownAnswer(place.server);
  const kept: Kept = { credentials, issuedAtMs: place.now().getTime() };
  await place.files.write(credentialsName(place.server, wanted, answer.by.handle), kept);
  return credentials;
};

const requestOf = async (
  place: Place,
  wanted: string,
  isRenewal: boolean,
): Promise<{ readonly id: string; readonly endsAtMs?: number }> => {
  if (REQUEST_ID.test(wanted)) {
    // What is against it is said at the issue, with its own code.
    const grant = isRenewal ? (await readRequest(place, wanted).catch(() => undefined))?.grant : undefined;
    return { id: wanted, ...(grant ? { endsAtMs: grant.endsAtMs } : {}) };
  }
  const running = await runningGrant(place, wanted);
  if (!running)
    throw new Failure(1, `you have no grant of ${wanted} now`, {
      ...{ code: 'no_grant', next: `ask for it: hatcheck request ${wanted}` },
    });
  return { id: running.id, endsAtMs: running.grant.endsAtMs };
};

const checkClock = ({ now }: Place, { atMs }: Answer): void => {
  if (atMs === undefined) return;
  const skewMs = now().getTime() - atMs;
  if (Math.abs(skewMs) <= MOST_SKEW_MS) return;
  const minutes = Math.round(Math.abs(skewMs) / 60_000);
  throw new Failure(8, `the clock here is ${minutes} minutes ${skewMs > 0 ? 'ahead of' : 'behind'} the server’s`, {
    ...{ code: 'clock_skewed', next: 'set it right: AWS refuses what is signed more than five minutes off' },
  });
};

const read = async ({ files }: Place, name: string): Promise<Kept | undefined> => keptIn(await files.read(name));
