import { setTimeout as pauseFor } from 'node:timers/promises';
import {
  AssumeRoleCommand,
  AssumeRoleWithSAMLCommand,
  AssumeRoleWithWebIdentityCommand,
  type STSClient,
} from '@aws-sdk/client-sts';
import { RoleSessionError, type RoleSessions, type Secret, type TemporaryCredentials } from '../broker/ports.ts';
import { secret } from '../broker/secret.ts';
import type { RoleSessionOrder } from '../domain/role-session.ts';
import { earliest } from '../domain/time.ts';
import { type AwsAccess, type StsTimeouts, stsClient } from './clients.ts';
import { faultOf } from './role-session-limits.ts';
import { mayTryAgain, roleSessionError } from './sts-failure.ts';

export interface RoleSessionsOptions {
  /** Only where something stands in for AWS; else each region's own endpoint, whose tokens are good in every region. */
  readonly endpoint?: string | undefined;
  readonly credentials?: AwsAccess['credentials'] | undefined;
  /** Default: 1 s to connect, 4 s to answer. */
  readonly timeouts?: StsTimeouts;
  /** Between two tries. */
  readonly pause?: (ms: number) => Promise<unknown>;
  /** Told when AWS packed session policy and tags into so many per cent of what it takes, from 80 on: beyond 100 it opens no session. */
  readonly nearlyFull?: (percent: number, order: RoleSessionOrder) => void;
  /** In [0, 1): spreads the tries of those that were throttled together. */
  readonly fraction?: () => number;
}

const NEARLY_FULL_PERCENT = 80;
const TRIES = 3;
const FIRST_PAUSE_MS = 100;

/** Role sessions by STS, in the way that the order says. Every error is a RoleSessionError, its message a code. */
export const stsRoleSessions = ({
  endpoint,
  credentials,
  timeouts = { connectMs: 1000, answerMs: 4000 },
  pause = pauseFor,
  fraction = Math.random,
  nearlyFull = () => undefined,
}: RoleSessionsOptions = {}): RoleSessions => {
  const clients = new Map<string, STSClient>();
  const clientOf = (region: string): STSClient => {
    const client =
      clients.get(region) ??
      stsClient(
        { region, ...(endpoint === undefined ? {} : { endpoint }), ...(credentials ? { credentials } : {}) },
        timeouts,
      );
    clients.set(region, client);
    return client;
  };
  return {
    open: async (order, assertion) => {
      const ask = askFor(order, assertion);
      for (let tries = 1; ; tries += 1) {
        try {
          const { Credentials, PackedPolicySize = 0 } = await ask(clientOf(order.region));
          if (PackedPolicySize >= NEARLY_FULL_PERCENT) nearlyFull(PackedPolicySize, order);
          return credentialsOf(Credentials, order);
        } catch (error) {
          if (tries === TRIES || !mayTryAgain(error)) throw roleSessionError(error);
          await pause(FIRST_PAUSE_MS * 2 ** (tries - 1) * (0.5 + fraction()));
        }
      }
    },
  };
};

type Ask = (client: STSClient) => Promise<{
  readonly Credentials?: Answered | undefined;
  readonly PackedPolicySize?: number | undefined;
}>;

const askFor = (order: RoleSessionOrder, assertion: Secret | undefined): Ask => {
  const policy = JSON.stringify(order.policy);
  const fault = faultOf(order, policy);
  if (fault !== undefined) throw new RoleSessionError('failed', fault);
  if (order.via === 'assumeRole') return (client) => client.send(assumeRole(order, policy));
  if (!assertion) throw new RoleSessionError('failed', 'assertion');
  return order.via === 'saml'
    ? (client) => client.send(withSaml(order, policy, assertion))
    : (client) => client.send(withWebIdentity(order, policy, assertion));
};

const assumeRole = (order: RoleSessionOrder, policy: string): AssumeRoleCommand => {
  const tags = Object.entries(order.tags);
  return new AssumeRoleCommand({
    RoleArn: order.roleArn,
    RoleSessionName: order.sessionName,
    SourceIdentity: order.sourceIdentity,
    DurationSeconds: order.durationSeconds,
    Policy: policy,
    Tags: tags.map(([Key, Value]) => ({ Key, Value })),
    ...(order.externalId === undefined ? {} : { ExternalId: order.externalId }),
    ...(order.transitive ? { TransitiveTagKeys: tags.map(([key]) => key) } : {}),
  });
};

/** Source identity and tags are claims of the token. */
const withWebIdentity = (
  { roleArn, sessionName, durationSeconds }: RoleSessionOrder,
  policy: string,
  token: Secret,
): AssumeRoleWithWebIdentityCommand =>
  new AssumeRoleWithWebIdentityCommand({
    RoleArn: roleArn,
    RoleSessionName: sessionName,
    DurationSeconds: durationSeconds,
    Policy: policy,
    WebIdentityToken: token.reveal(),
  });

/** Session name, source identity and tags are attributes of the response. */
const withSaml = (
  { roleArn, providerArn, durationSeconds }: RoleSessionOrder,
  policy: string,
  response: Secret,
): AssumeRoleWithSAMLCommand =>
  new AssumeRoleWithSAMLCommand({
    RoleArn: roleArn,
    PrincipalArn: providerArn,
    DurationSeconds: durationSeconds,
    Policy: policy,
    SAMLAssertion: response.reveal(),
  });

interface Answered {
  readonly AccessKeyId: string | undefined;
  readonly SecretAccessKey: string | undefined;
  readonly SessionToken: string | undefined;
  readonly Expiration: Date | undefined;
}

/** A role session is open by now, so an answer that lacks something is `unknown`. */
const credentialsOf = (answer: Answered | undefined, { endsAt }: RoleSessionOrder): TemporaryCredentials => {
  const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = answer ?? {};
  if (!AccessKeyId || !SecretAccessKey || !SessionToken || !Expiration || Number.isNaN(Expiration.getTime()))
    throw new RoleSessionError('unknown', 'IncompleteAnswer');
  return {
    accessKeyId: AccessKeyId,
    secretAccessKey: secret(SecretAccessKey),
    sessionToken: secret(SessionToken),
    // The session may outlast the grant, since STS gives no less than 900 s; its permissions do not.
    expiration: earliest(Expiration.toISOString(), endsAt),
  };
};
