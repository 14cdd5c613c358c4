import * as z from 'zod';
import type { CompiledAccess } from '../../lib/config/access.ts';
import { contract } from '../../lib/http/contract.ts';
import { parseSecretReference } from '../../lib/config/secret-reference.ts';
import type { LocalStack } from '../../local/template.ts';
import { type Row, rowsOf, tableArns } from './rows.ts';

/** What a law finds wrong, a sentence each; nothing where it holds. */
export type Law = (stack: LocalStack, access: CompiledAccess) => readonly string[];

const allowed = (stack: LocalStack): readonly Row[] => rowsOf(stack).filter(({ effect }) => effect === 'Allow');

const said = ({ functionId, action, resource, keys }: Row): string =>
  [functionId, action, resource, ...(keys ?? [])].join(' ');

/** Of the role sessions of target accounts, and of anybody's. */
export const onlyCredentialsAssumesTargetRoles: Law = (stack, { entitlements }) => {
  const configured = new Set(entitlements.map(({ roleArn }) => roleArn.replace(/[^/]+$/, '*')));
  return allowed(stack)
    .filter(({ action, functionId }) => action.startsWith('sts:') && functionId !== 'on-revocation')
    .filter(
      ({ functionId, resource }) =>
        functionId !== 'credentials' || !configured.has(resource) || resource.endsWith(':role/*'),
    )
    .map(said);
};

const revokersOf = (stack: LocalStack): string => `arn:${partitionOf(stack)}:iam::*:role/hatcheck/hatcheck-revoker`;

const partitionOf = (stack: LocalStack): string => tableArns(stack).ledger.split(':')[1] ?? '';

/** And whoever may assume target roles, under whose path they stand, is denied them. */
export const onlyOnRevocationAssumesRevokerRoles: Law = (stack) => [
  ...allowed(stack)
    .filter(({ action, functionId }) => action.startsWith('sts:') && functionId === 'on-revocation')
    .filter(({ action, resource }) => action !== 'sts:AssumeRole' || resource !== revokersOf(stack))
    .map(said),
  ...(rowsOf(stack).some(
    ({ functionId, effect, action, resource, condition }) =>
      functionId === 'credentials' &&
      effect === 'Deny' &&
      action === 'sts:AssumeRole' &&
      resource === revokersOf(stack) &&
      condition === undefined,
  )
    ? []
    : ['credentials is not denied the revoker roles']),
];

export const noWildcards: Law = (stack) =>
  allowed(stack)
    .filter(({ action, resource }) => action.includes('*') || action.startsWith('not ') || isBoundless(resource))
    .map(said);

const isBoundless = (resource: string): boolean =>
  resource === '*' || resource.startsWith('not ') || /^arn:[^:]*:[^:]*:[^:]*:[^:]*:\*/.test(resource);

/** What each function may put into the ledger. */
const OWN_STREAMS: Readonly<Record<string, readonly string[]>> = {
  signin: ['signin#*', 'person#*'],
  token: ['signin#*'],
  requests: ['request#*', 'person#*', 'control'],
  credentials: ['request#*', 'refusals#*'],
  'on-ledger-event': ['alarm#*'],
  'on-schedule': ['request#*'],
  'on-revocation': ['request#*'],
  'on-deploy': ['control'],
  'on-forget': ['person#*'],
  'on-chat-act': ['request#*', 'person#*'],
  'on-sequence': ['log'],
  'on-checkpoint': ['checkpoint'],
};

export const ledgerPutsOnlyIntoOwnStreams: Law = (stack) =>
  allowed(stack)
    .filter(({ action, resource }) => action === 'dynamodb:PutItem' && resource === 'ledger')
    .filter(({ functionId, keys }) => !keys?.every((key) => OWN_STREAMS[functionId]?.includes(key)))
    .map(said);

/** A condition on keys that a call does not have holds (`ForAllValues`), so only what always has keys may lean on it. */
export const keysAreAskedOnlyOfWhatHasThem: Law = (stack) =>
  allowed(stack)
    .filter(({ keys, action }) => keys !== undefined && !HAVE_KEYS.has(action))
    .map(said);

const HAVE_KEYS: ReadonlySet<string> = new Set(
  ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'DeleteItem'].map((operation) => `dynamodb:${operation}`),
);

/**
 * But for the query of the index's lists, which is of nothing else, and for whoever forgets a person: what stands under no handle is found only
 * by looking at everything.
 */
export const tablesAreTouchedByKeyOnly: Law = (stack) =>
  allowed(stack)
    .filter(({ resource, keys }) => ['ledger', 'index', 'identity'].includes(resource) && keys === undefined)
    .filter(({ functionId, action, resource }) => `${functionId} ${action} ${resource}` !== FORGETS)
    .map(said);

const FORGETS = 'on-forget dynamodb:Scan identity';

const ALTERING = ['dynamodb:UpdateItem', 'dynamodb:DeleteItem', 'dynamodb:BatchWriteItem'];
const IN_A_ROLE = [...ALTERING, 'dynamodb:PartiQL*'];
const IN_THE_TABLE = [...ALTERING, ...['Insert', 'Update', 'Delete'].map((write) => `dynamodb:PartiQL${write}`)];

const tablePolicy = z.object({
  Statement: z.array(
    z.object({ Effect: z.string(), Principal: z.unknown(), Action: z.array(z.string()), Resource: z.string() }),
  ),
});

export const nobodyAltersTheLedger: Law = (stack) => {
  const rows = rowsOf(stack).filter(({ resource }) => resource === 'ledger');
  const allowing = rows.filter(({ effect, action }) => effect === 'Allow' && IN_THE_TABLE.includes(action)).map(said);
  const touching = new Set(rows.filter(({ effect }) => effect === 'Allow').map(({ functionId }) => functionId));
  const undenied = [...touching].flatMap((id) =>
    IN_A_ROLE.filter(
      (action) =>
        !rows.some(
          (row) =>
            row.functionId === id &&
            row.effect === 'Deny' &&
            row.action === action &&
            row.keys === undefined &&
            row.condition === undefined,
        ),
    ).map((action) => `${id} is not denied ${action}`),
  );
  const { resourcePolicy, arn } = stack.tables['LedgerTable'] ?? {};
  const denied = tablePolicy
    .safeParse(resourcePolicy)
    .data?.Statement.filter(
      ({ Effect, Principal, Resource }) => Effect === 'Deny' && Principal === '*' && Resource === arn,
    )
    .flatMap(({ Action }) => Action);
  const byTable = IN_THE_TABLE.filter((action) => !denied?.includes(action)).map(
    (action) => `the table allows ${action}`,
  );
  return [...allowing, ...undenied, ...byTable];
};

const mayPut = (stack: LocalStack, table: string): readonly Row[] =>
  allowed(stack).filter(({ action, resource }) => action === 'dynamodb:PutItem' && resource === table);

export const onlySignInMintsSessions: Law = (stack) => {
  const minters = mayPut(stack, 'identity').filter(
    // `s*` too would be a way to write `session#`.
    ({ keys }) => keys === undefined || keys.some((key) => sharesKeys(key, 'session#')),
  );
  const summaries = new Set(mayPut(stack, 'index').map(({ functionId }) => functionId));
  return [
    ...minters.filter(({ functionId }) => functionId !== 'signin' && functionId !== 'token').map(said),
    ...minters.filter(({ functionId }) => summaries.has(functionId)).map((row) => `${said(row)}, and summaries`),
  ];
};

/** Whoever acts in chat is who the portal's ceremony says: nobody else may say so. */
export const onlySignInLinksChats: Law = (stack) =>
  mayPut(stack, 'identity')
    .filter(({ keys }) => keys === undefined || keys.some((key) => sharesKeys(key, 'chatlink#')))
    .filter(({ functionId }) => functionId !== 'signin')
    .map(said);

const sharesKeys = (pattern: string, prefix: string): boolean => {
  const fixed = pattern.replace(/[*?].*$/s, '');
  return fixed.startsWith(prefix) || (fixed !== pattern && prefix.startsWith(fixed));
};

export const onlySignInReadsSecrets: Law = (stack) =>
  allowed(stack)
    .filter(({ action }) => /^(?:ssm|secretsmanager):/.test(action))
    .filter(({ functionId, resource }) => !SECRETS_OF[functionId]?.some((suffix) => resource.endsWith(suffix)))
    .map(said);

/** The laptop's identity providers know us by nothing that stands in AWS. */
const OF_SIGN_IN = [':parameter/hatcheck/dev/pepper', ':parameter/hatcheck/no-provider-has-a-secret'];

/** Whoever asks services outside reads what those know us by, and never the pepper. */
const SECRETS_OF: Readonly<Record<string, readonly string[]>> = {
  signin: OF_SIGN_IN,
  token: OF_SIGN_IN,
  requests: [':parameter/hatcheck/dev/outside/*'],
  credentials: [':parameter/hatcheck/dev/outside/*'],
  audit: [':parameter/hatcheck/dev/outside/*'],
  'on-schedule': [':parameter/hatcheck/dev/outside/*'],
  // Who verifies what comes in from chat reads nothing that speaks there, and the other way round.
  chatops: [':parameter/hatcheck/dev/chat/in/*'],
  'on-chat-act': [':parameter/hatcheck/dev/outside/*', ':parameter/hatcheck/dev/chat/out/*'],
  'on-notice': [':parameter/hatcheck/dev/chat/out/*'],
};

const ECDSA = 'kms:Sign {"StringEquals":{"kms:SigningAlgorithm":["ECDSA_SHA_256"]}}';
const RSA = 'kms:Sign {"StringEquals":{"kms:SigningAlgorithm":["RSASSA_PKCS1_V1_5_SHA_256"]}}';

/** Who may do what with the keys that we sign with, under which condition, and with which. */
const WITH_KEYS: Readonly<Record<string, Readonly<Record<string, RegExp>>>> = {
  credentials: {
    [ECDSA]: /^key IssuerKey[AB]$/,
    [RSA]: /^key SamlKey[AB]$/,
    'kms:GetPublicKey ': /^key IssuerKey[AB]$/,
  },
  issuer: { 'kms:GetPublicKey ': /^key IssuerKey[AB]$/ },
  'on-checkpoint': { [ECDSA]: /^key CheckpointKey$/, 'kms:GetPublicKey ': /^key CheckpointKey$/ },
  'on-export': { 'kms:GetPublicKey ': /^key CheckpointKey$/ },
  audit: { 'kms:GetPublicKey ': /^key CheckpointKey$/ },
};

/** Each key is one function's to sign with: what opens role sessions is no checkpoint, and the other way round. */
export const eachKeySignsForOneFunction: Law = (stack) =>
  allowed(stack)
    .filter(({ action }) => action.startsWith('kms:'))
    .filter(
      ({ functionId, action, resource, condition = '' }) =>
        !WITH_KEYS[functionId]?.[`${action} ${condition}`]?.test(resource),
    )
    .map(said);

const ALGORITHM_OF: Readonly<Record<string, string>> = {
  ECC_NIST_P256: 'ECDSA_SHA_256',
  RSA_2048: 'RSASSA_PKCS1_V1_5_SHA_256',
};

const keyPolicy = z.object({
  KeySpec: z.string(),
  KeyPolicy: z.object({
    Statement: z.array(
      z.object({ Action: z.union([z.string(), z.array(z.string())]), Condition: z.optional(z.unknown()) }),
    ),
  }),
});

/** Whatever a policy elsewhere allows: a key lets nobody sign but one role, and by one algorithm. */
export const keysLetOneRoleSign: Law = (stack) => {
  const roleOf = (functionId: string) => stack.roles[stack.functions[functionId]?.roleLogicalId ?? '']?.arn;
  return stack.resourcesOf('AWS::KMS::Key').flatMap(({ logicalId, properties }) => {
    const role = roleOf(logicalId === 'CheckpointKey' ? 'on-checkpoint' : 'credentials');
    const { KeySpec, KeyPolicy } = keyPolicy.parse(properties);
    const only = JSON.stringify({
      ArnEquals: { 'aws:PrincipalArn': role },
      StringEquals: { 'kms:SigningAlgorithm': ALGORITHM_OF[KeySpec] },
    });
    return KeyPolicy.Statement.filter(({ Action }) =>
      [Action].flat().some((action) => action.includes('*') || action === 'kms:Sign' || action === 'kms:CreateGrant'),
    )
      .filter(({ Action, Condition }) => Action !== 'kms:Sign' || JSON.stringify(Condition) !== only)
      .map(() => `${logicalId} lets others sign`);
  });
};

export const onlyOnNoticeMails: Law = (stack) =>
  allowed(stack)
    .filter(({ action }) => action.startsWith('ses:'))
    .filter(
      ({ functionId, action, condition = '' }) =>
        functionId !== 'on-notice' ||
        action !== 'ses:SendEmail' ||
        !/^\{"StringEquals":\{"ses:FromAddress":\["[^"*?]+"\]\}\}$/.test(condition),
    )
    .map(said);

const LAMBDA_ONLY = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
};

export const everyFunctionHasARoleOfItsOwn: Law = ({ functions, roles }) => {
  const used = Object.values(functions).map(({ roleLogicalId }) => roleLogicalId);
  return [
    ...used.filter((role, i) => used.indexOf(role) !== i).map((role) => `${role} is shared`),
    ...Object.keys(roles)
      .filter((role) => !used.includes(role))
      .map((role) => `${role} is nobody's`),
    ...Object.entries(roles)
      .filter(([, { trustPolicy }]) => JSON.stringify(trustPolicy) !== JSON.stringify(LAMBDA_ONLY))
      .map(([role]) => `${role} trusts somebody else`),
    ...Object.entries(roles)
      .filter(([, { managedPolicyArns }]) => managedPolicyArns.length > 0)
      .map(([role]) => `${role} has a policy that does not stand here`),
  ];
};

const PLAIN = new Set([
  ...['HATCHECK_STAGE', 'HATCHECK_ORIGIN', 'LEDGER_TABLE', 'INDEX_TABLE', 'IDENTITY_TABLE', 'NOTICES_QUEUE'],
  ...['NOTICES_FAILURES_QUEUE', 'REVOCATIONS_QUEUE', 'CHAT_ACTS_QUEUE', 'EVENT_BUS'],
  ...['HATCHECK_ISSUER', 'HATCHECK_ISSUER_KEYS', 'HATCHECK_TOKEN_KEY', 'HATCHECK_SAML_KEY'],
  ...['HATCHECK_CHECKPOINT_KEYS', 'EXPORT_BUCKET', 'EXPORT_RETENTION_DAYS', 'NODE_OPTIONS'],
]);

export const noSecretStandsInTheEnvironment: Law = ({ functions }) =>
  Object.values(functions).flatMap(({ id, environment }) =>
    Object.entries(environment)
      .filter(([name, value]) => !PLAIN.has(name) && !isSecretOfTheirs(id, name, value))
      .map(([name]) => `${id} has ${name}`),
  );

const isSecretOfTheirs = (id: string, name: string, value: string): boolean =>
  name === 'HATCHECK_PEPPER' &&
  (id === 'signin' || id === 'token') &&
  (parseSecretReference(value)?.kind ?? 'env') !== 'env';

export const routesAreTheContracts: Law = ({ routes }) => {
  const ours = new Map(Object.entries(contract).map(([key, route]) => [key, route.function as string]));
  const theirs = new Map(routes.map(({ routeKey, functionId }) => [routeKey, functionId]));
  return [...new Set([...ours.keys(), ...theirs.keys()])]
    .filter((key) => ours.get(key) !== theirs.get(key))
    .map(
      (key) => `${key}: ${ours.get(key) ?? 'nobody'} by the contract, ${theirs.get(key) ?? 'nobody'} in the template`,
    );
};
