import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { STSClient, type STSClientConfig } from '@aws-sdk/client-sts';

export interface AwsAccess {
  readonly region: string;
  /** Only where something stands in for AWS. */
  readonly endpoint?: string;
  /** Default: the function's own, from its environment. */
  readonly credentials?: NonNullable<DynamoDBClientConfig['credentials']>;
}

/**
 * What the SDK would otherwise look up in the environment and in files at the first call, and a user agent that is not computed anew at
 * each. `cacheMiddleware`: no plugin is added after the client is made.
 */
export const FIXED = {
  cacheMiddleware: true,
  defaultsMode: 'standard',
  retryMode: 'standard',
  useDualstackEndpoint: false,
  useFipsEndpoint: false,
  authSchemePreference: [],
  userAgentAppId: () => Promise.resolve(undefined),
  defaultUserAgentProvider: () => Promise.resolve([['hatcheck', '1']]),
} satisfies DynamoDBClientConfig & STSClientConfig;

/**
 * Without what the SDK does at each call for nobody: put together all that was sent and answered for a log that is not there, look for a trace to
 * carry on, work out who it is. Whoever reads CloudTrail still sees us by name.
 */
const lean = <C extends { readonly middlewareStack: Stack }>(client: C): C => {
  const { middlewareStack: stack } = client;
  for (const name of ['loggerMiddleware', 'recursionDetectionMiddleware', 'getUserAgentMiddleware']) stack.remove(name);
  stack.add(named, { step: 'build', name: 'named' });
  return client;
};

/** What the SDK's clients have in common, of which each has types of its own. */
interface Stack {
  remove(name: string): boolean;
  add(middleware: typeof named, options: { step: 'build'; name: string }): void;
}

const named =
  <A extends { readonly request: unknown }, R>(next: (args: A) => R) =>
  (args: A): R => {
    const { request } = args;
    if (isHttp(request)) request.headers['user-agent'] = 'hatcheck/1';
    return next(args);
  };

const isHttp = (request: unknown): request is { readonly headers: Record<string, string> } =>
  typeof request === 'object' && request !== null && 'headers' in request;

/** Milliseconds that DynamoDB gets to take a connection, and to answer: three tries stay under 7 s, a put and its check under 14 s. */
const DYNAMODB_TIMEOUTS = {
  connectionTimeout: 500,
  requestTimeout: 1500,
  socketTimeout: 1500,
  throwOnRequestTimeout: true,
};

/** One a function, kept between calls. Retries what DynamoDB or the network did not do; worst case 7 s a call, of a deadline of 20 s. */
export const dynamoDbClient = (access: AwsAccess): DynamoDBClient =>
  lean(
    new DynamoDBClient({
      ...FIXED,
      ...access,
      maxAttempts: 3,
      // The regional host, which VPC endpoints and egress rules know, rather than one of the account.
      accountIdEndpointMode: 'disabled',
      endpointDiscoveryEnabled: false,
      requestHandler: { ...DYNAMODB_TIMEOUTS, httpAgent: { keepAlive: true }, httpsAgent: { keepAlive: true } },
    }),
  );

/** An agent with a limit of sockets asks to keep them even so. */
const NO_KEEPING = { keepAlive: false, maxSockets: Infinity };

/** Milliseconds that STS gets. The whole must fit, with the ledger's writes around it, into a deadline of 20 s. */
export interface StsTimeouts {
  readonly connectMs: number;
  readonly answerMs: number;
}

/**
 * For one region; `role-sessions.ts` does the retrying. No connection is kept: one that AWS closed while the function was frozen looks like a reset
 * after sending, and then nobody can say whether a role session is open.
 */
export const stsClient = (access: AwsAccess, { connectMs, answerMs }: StsTimeouts): STSClient =>
  lean(
    new STSClient({
      ...FIXED,
      ...access,
      maxAttempts: 1,
      requestHandler: {
        connectionTimeout: connectMs,
        requestTimeout: answerMs,
        socketTimeout: answerMs,
        throwOnRequestTimeout: true,
        httpAgent: NO_KEEPING,
        httpsAgent: NO_KEEPING,
      },
    }),
  );
