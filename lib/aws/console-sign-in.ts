import type { Clock, ConsoleSignIn, TemporaryCredentials } from '../broker/ports.ts';
import { secret } from '../broker/secret.ts';
import { HatcheckError } from '../domain/errors.ts';
import { plusSeconds } from '../domain/time.ts';
import { afterLogout, destinationUrl, hostsOf } from './console-hosts.ts';
import { signinTokenIn } from './federation-answer.ts';

export interface FederationOptions {
  /** Only where something stands in for AWS: the whole URL. */
  readonly endpoint?: string | undefined;
  /** Only where something stands in for AWS: the origin of the console. */
  readonly consoleOrigin?: string | undefined;
  /** The portal, where the console sends people when their session is over. */
  readonly issuer: string;
  readonly clock: Pick<Clock, 'now'>;
  readonly fetch?: typeof fetch;
  /** For the whole call. Default 5,000. */
  readonly timeoutMs?: number;
}

/** How long AWS takes a sign-in token for. */
const URL_SECONDS = 900;

/** Console sign-in URLs from the partition's federation endpoint. Nothing is logged here, and no error carries a secret. */
export const federationConsole = (options: FederationOptions): ConsoleSignIn => ({
  url: async (credentials, { partition, region, destination, logoutFirst = false }) => {
    const hosts = hostsOf(partition);
    const federation = options.endpoint ?? hosts.federation;
    const leadsTo = destinationUrl(options.consoleOrigin ?? hosts.console, region, destination);
    // Counted from before the token is made: it ends no later than we say.
    const expiresAt = plusSeconds(options.clock.now(), URL_SECONDS);
    const token = await signinToken(federation, credentials, options);
    const url = new URL(federation);
    url.search = new URLSearchParams({
      Action: 'login',
      Issuer: options.issuer,
      Destination: leadsTo,
      SigninToken: token,
    }).toString();
    return { url: secret(logoutFirst ? afterLogout(federation, url.href) : url.href), expiresAt };
  },
});

/**
 * POST, so that no proxy or trace has the credentials in a URL. No `SessionDuration`: AWS refuses it for credentials of a chained role, and
 * the console session then lasts as long as they do.
 */
const signinToken = async (
  federation: string,
  credentials: TemporaryCredentials,
  { fetch: send = fetch, timeoutMs = 5000 }: FederationOptions,
): Promise<string> => {
  const body = new URLSearchParams({ Action: 'getSigninToken', Session: sessionOf(credentials) });
  try {
    const answer = await send(federation, {
      method: 'POST',
      body,
      // A connection kept while the function is frozen may be dead by the next call.
      headers: { accept: 'application/json', connection: 'close' },
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    });
    return await signinTokenIn(answer);
  } catch (cause) {
    throw new HatcheckError(
      { code: 'aws_unavailable', reason: 'the federation endpoint gave no sign-in token', retryAfterSeconds: 5 },
      { cause },
    );
  }
};

const sessionOf = ({ accessKeyId, secretAccessKey, sessionToken }: TemporaryCredentials): string =>
  JSON.stringify({ sessionId: accessKeyId, sessionKey: secretAccessKey.reveal(), sessionToken: sessionToken.reveal() });
