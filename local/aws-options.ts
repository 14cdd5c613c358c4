import { createPublicKey } from 'node:crypto';
import { join } from 'node:path';
import * as z from 'zod';
import type { TrustedBroker } from '../lib/domain/target-role.ts';
import { type CompiledAccess, accessPolicy } from '../lib/config/access.ts';
import { certificateOfKmsKey, issuerMetadata } from '../lib/config/issuer-metadata.ts';
import type { SigningKey } from './aws/kms/service.ts';
import type { PolicyDocument } from './aws/policy/document.ts';
import type { LocalAwsOptions } from './aws/server.ts';
import type { Role } from './aws/world.ts';
import { openBoundaries } from './boundaries-file.ts';
import { bucketsOf } from './buckets.ts';
import { queuesOf } from './queues.ts';
import { roleOf } from './role-of.ts';
import type { StackOptions } from './stack-options.ts';
import type { LocalState } from './state.ts';
import { BROKER_ACCOUNT, boundedRoles, targetAccounts } from './target-accounts.ts';
import type { LocalStack, RoleResource } from './template.ts';

interface Started {
  readonly state: LocalState;
  readonly origin: string;
  readonly template: LocalStack;
  readonly access: CompiledAccess;
  readonly dynamodbEndpoint: string;
  readonly signingKeys: readonly SigningKey[];
}

/** The world as the template, the access policy and what was kept have it. */
export const awsOptions = (
  { ports, folder, awsClock, secretMark }: StackOptions,
  { state, origin, access, template, dynamodbEndpoint, signingKeys }: Started,
): LocalAwsOptions => {
  const { policy } = accessPolicy(access);
  const boundaries = openBoundaries(folder);
  const broker: TrustedBroker = {
    credentialsRoleArns: [roleOf(template, 'credentials').arn],
    onRevocationRoleArns: [roleOf(template, 'on-revocation').arn],
    issuer: origin,
  };
  const { roles, managedPolicies } = boundedRoles(policy, broker, boundaries.of);
  return {
    port: ports.aws,
    world: {
      accounts: {
        ...targetAccounts(policy, origin, issuerMetadata(origin, samlCertificates(signingKeys))),
        [BROKER_ACCOUNT]: { buckets: bucketsOf(template, join(folder, 's3')) },
      },
      roles: [...roles, ...Object.values(template.roles).map(functionRole)],
      managedPolicies,
      tablePolicies: tablePolicies(template),
    },
    onPolicy: boundaries.keep,
    queues: queuesOf(template),
    buses: template.resourcesOf('AWS::Events::EventBus').map((bus) => bus.ref()),
    mailIdentities: ['example.com'],
    signingKeys,
    dynamodbEndpoint,
    dynamodbAccount: BROKER_ACCOUNT,
    signingKey: Buffer.from(state.awsSigningKey, 'base64url'),
    portalOrigin: origin,
    ...(awsClock ? { clock: awsClock } : {}),
    ...(secretMark === undefined ? {} : { secretMark }),
  };
};

/** Of the keys that sign SAML responses: both, as `hatcheck issuer metadata` makes them. */
const samlCertificates = (keys: readonly SigningKey[]): readonly string[] =>
  keys
    .filter(({ spec }) => spec === 'RSA_2048')
    .map(({ privateKey }) => certificateOfKmsKey(createPublicKey(privateKey), 'localhost', new Date()));

const functionRole = ({ arn, trustPolicy, policies, maxSessionSeconds }: RoleResource): Role => ({
  arn,
  trustPolicy: documentSchema.parse(trustPolicy),
  policies: policies.map(({ document }) => documentSchema.parse(document)),
  maxSessionSeconds,
});

const documentSchema = z.record(z.string(), z.unknown());

const tablePolicies = ({ tables }: LocalStack): Readonly<Record<string, PolicyDocument>> =>
  Object.fromEntries(
    Object.values(tables)
      .filter(({ resourcePolicy }) => resourcePolicy !== undefined)
      .map(({ arn, resourcePolicy }) => [arn, documentSchema.parse(resourcePolicy)]),
  );
