import { RoleSessionError } from '../broker/ports.ts';

/** What one call to STS came to nothing by. */
interface Failure {
  /** HTTP status, where there was an answer. */
  readonly status: number | undefined;
  /** AWS's error code, or the name of the error. Never AWS's message, which names ARNs: the reason is on record and people read it. */
  readonly code: string;
  /** The system call that failed, of a network error. */
  readonly syscall: string | undefined;
}

const THROTTLING = new Set(['Throttling', 'ThrottlingException', 'RequestLimitExceeded', 'TooManyRequestsException']);

/** STS did not reach our issuer's published keys, and says to try again (API reference, AssumeRoleWithWebIdentity). */
const KEYS_NOT_REACHED = 'IDPCommunicationErrorException';

/** The connection was not even made, or we have no credentials to sign with: nothing was sent. */
const NOTHING_SENT = new Set(['connect', 'getaddrinfo']);
const NOT_SIGNED = 'CredentialsProviderError';

/**
 * Whether another try cannot open a second role session: AWS said that it did nothing, or nothing was sent. After a time-out or a reset
 * nobody knows, and the one try stays the only one.
 */
export const mayTryAgain = (error: unknown): boolean => {
  const { status, code, syscall } = failureOf(error);
  return (
    status === 429 ||
    THROTTLING.has(code) ||
    code === KEYS_NOT_REACHED ||
    (syscall !== undefined && NOTHING_SENT.has(syscall))
  );
};

/** `failed` only when it is sure that no role session was opened. */
export const roleSessionError = (error: unknown): RoleSessionError => {
  if (error instanceof RoleSessionError) return error;
  const failure = failureOf(error);
  // An answer that could not be read may hold the credentials: it is not carried on into logs.
  const cause = failure.status !== undefined && failure.status < 300 ? {} : { cause: error };
  return new RoleSessionError(nothingOpened(failure) ? 'failed' : 'unknown', failure.code, cause);
};

/** Of KMS: what was not signed opened nothing. */
export const signingError = (error: unknown): RoleSessionError =>
  error instanceof RoleSessionError
    ? error
    : new RoleSessionError('failed', `Signing.${failureOf(error).code}`, { cause: error });

const nothingOpened = ({ status, code, syscall }: Failure): boolean =>
  status === undefined
    ? code === NOT_SIGNED || (syscall !== undefined && NOTHING_SENT.has(syscall))
    : // 408: the request took too long to get there, or so a proxy says.
      status >= 400 && status < 500 && status !== 408;

const failureOf = (error: unknown): Failure => {
  const { name, syscall, $metadata, $response } = membersOf(error);
  const status = membersOf($metadata)['httpStatusCode'] ?? membersOf($response)['statusCode'];
  return {
    status: typeof status === 'number' ? status : undefined,
    code: typeof name === 'string' && /^[A-Za-z0-9.]{1,64}$/.test(name) ? name : 'Unknown',
    syscall: typeof syscall === 'string' ? syscall : undefined,
  };
};

const membersOf = (
  value: unknown,
): Readonly<Record<string, unknown>> & {
  readonly name?: unknown;
  readonly syscall?: unknown;
  readonly $metadata?: unknown;
  readonly $response?: unknown;
} => (isObject(value) ? value : {});

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;
