import { parseSecretReference } from '../lib/config/secret-reference.ts';
import type { CompiledAccess } from '../lib/config/access.ts';

/** What serverless.yml reads of the access policy, by the name of the file in which it stands beside the bundles. */
export const templateFacts = (access: CompiledAccess): Readonly<Record<string, unknown>> => ({
  /** What `credentials` may assume. */
  'target-roles.json': targetRoles(access),
  /** What `signin` and `token` may fetch, besides the pepper. */
  'provider-secrets.json': providerSecrets(access),
  /** What address `on-notice` may send from. */
  'mail-from.json': mailFrom(access),
  /** What a deployment activates. */
  'policy-version.json': { version: access.version },
});

/**
 * The role paths that the entitlements by assumeRole name, as ARN patterns; a role without a path stands for itself, since its
 * pattern would be every role of the account. What we sign opens the others, with no permission of ours. A statement
 * needs a resource: where there are only others, theirs, whose trust policies do not let us in.
 */
const targetRoles = ({ entitlements }: CompiledAccess): string[] => {
  const assumed = entitlements.filter(({ session }) => session.via === 'assumeRole');
  const patterns = (assumed.length > 0 ? assumed : entitlements).map(({ roleArn }) =>
    roleArn.replace(/(:role\/.+\/)[^/]+$/, '$1*'),
  );
  return [...new Set(patterns)].sort();
};

/** What identity providers know us by, each by its own name. A statement needs a resource: where there is none, a parameter that is none. */
const providerSecrets = ({ identityProviders }: CompiledAccess) => {
  const references = identityProviders.flatMap((provider) => {
    if (provider.type === 'oidc') return provider.clientSecret ?? [];
    return provider.type === 'saml' ? [provider.signingKey ?? [], provider.decryptionKey ?? []].flat() : [];
  });
  const found = [...new Set(references)].sort().flatMap(arnsOf);
  const arns = found.length > 0 ? found : [parameterArn('/hatcheck/no-provider-has-a-secret')];
  return {
    actions: [
      'ssm:GetParameter',
      ...(arns.some((arn) => arn.includes(':secretsmanager:')) ? ['secretsmanager:GetSecretValue'] : []),
    ],
    resources: arns.map((arn) => ({ 'Fn::Sub': arn })),
  };
};

/** Secrets Manager is read through Parameter Store (lib/aws/parameter-store.ts), which wants both; it ends each name with six characters of its own. */
const arnsOf = (reference: string): readonly string[] => {
  const { kind, name } = parseSecretReference(reference) ?? {};
  if (name === undefined || kind === 'env') return [];
  if (kind === 'ssm') return [parameterArn(name)];
  return [
    parameterArn(`/aws/reference/secretsmanager/${name}`),
    `arn:\${AWS::Partition}:secretsmanager:\${AWS::Region}:\${AWS::AccountId}:secret:${name}-??????`,
  ];
};

const parameterArn = (name: string): string =>
  `arn:\${AWS::Partition}:ssm:\${AWS::Region}:\${AWS::AccountId}:parameter${name}`;

/** A condition needs a value: where access.yml names no address, one that is none. */
const mailFrom = ({ chat }: CompiledAccess): string => chat?.mail?.from ?? 'nobody';
