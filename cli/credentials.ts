import { Failure, unknownAnswer } from './failure.ts';
import { instantMs, member, text } from './json.ts';
import { nameOf } from './private-files.ts';
import { failureOf } from './server.ts';
import { type Place, callSignedIn, storedSignIn } from './sign-in.ts';

/** What the AWS CLI and the SDKs read from a `credential_process`. */
interface ProcessCredentials {
  readonly Version: 1;
  readonly AccessKeyId: string;
  readonly SecretAccessKey: string;
  readonly SessionToken: string;
  readonly Expiration: string;
}

/** Credentials that end within a minute are fetched anew, so that a longer command does not lose them on its way. */
const MARGIN_MS = 60_000;

const REQUEST_ID = /^r_[A-Z2-7]{26}$/;

export const cachePrefix = (server: string): string => `credentials.${nameOf(server)}.`;

/**
 * The request's temporary credentials: those from last time while they last, since the AWS CLI asks once a call and keeps nothing.
 * A refusal takes them away.
 */
export const processCredentials = async (place: Place, requestId: string): Promise<ProcessCredentials> => {
  if (!REQUEST_ID.test(requestId))
    throw new Failure(2, 'a request id is r_ and 26 letters or digits; the portal shows it');
  const known = await storedSignIn(place);
  const kept = known && parsed(await place.files.read(cacheName(place, requestId, known.handle)));
  if (kept && Date.parse(kept.Expiration) - place.now().getTime() > MARGIN_MS) return kept;

  const answer = await callSignedIn(place, 'POST', `/v1/requests/${requestId}/credentials`);
  const name = cacheName(place, requestId, answer.by.handle);
  if (answer.status === 403 || answer.status === 404) await place.files.remove(name);
  if (answer.status !== 200) throw failureOf(place.server, answer);
  const credentials = parsed(answer.body);
  if (!credentials) throw unknownAnswer(place.server);
  await place.files.write(name, credentials);
  return credentials;
};

const cacheName = ({ server }: Place, requestId: string, handle: string): string =>
  `${cachePrefix(server)}${nameOf(requestId, handle)}`;

const parsed = (value: unknown): ProcessCredentials | undefined => {
  const AccessKeyId = text(value, 'AccessKeyId');
  const SecretAccessKey = text(value, 'SecretAccessKey');
  const SessionToken = text(value, 'SessionToken');
  const expiration = instantMs(value, 'Expiration');
  if (member(value, 'Version') !== 1 || !AccessKeyId || !SecretAccessKey || !SessionToken || expiration === undefined)
    return undefined;
  return { Version: 1, AccessKeyId, SecretAccessKey, SessionToken, Expiration: new Date(expiration).toISOString() };
};
