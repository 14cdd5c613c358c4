import { providerName } from '../../domain/boundary.ts';
import type { Entitlement } from '../../domain/entitlement.ts';
import { audienceOf, entityIdOf, samlAudienceOf, samlProviderArn } from '../../domain/role-session.ts';
import { type RoleArns, type TrustedBroker, oidcProviderArn } from '../../domain/target-role.ts';
import type { CallKeys } from './conditions.ts';
import type { Line } from './finding.ts';

/** How we ask STS for a session of an entitlement's role, as its trust policy sees it. */
export interface OurCall {
  readonly action: string;
  readonly principal: {
    readonly kind: 'AWS' | 'Federated';
    readonly name: string;
    /** All that a trust policy should name, and this one among them: that of the writer first. */
    readonly all: RoleArns;
  };
  readonly keys: CallKeys;
  /** What a trust policy should ask for, by lower-case key: the condition to the letter, and which line it is. */
  readonly wanted: ReadonlyMap<string, Wanted>;
}

export interface Wanted {
  readonly line: Line;
  readonly condition: string;
  /** Without it whoever is let in is more than we are, or may be somebody else. */
  readonly guards: boolean;
}

const REQUEST = `r_${'A'.repeat(26)}`;
const HANDLE = `p_${'A'.repeat(43)}`;

export type OurCalls = readonly [OurCall, ...OurCall[]];

/** One by each role of ours, whichever of their stages is the one that writes. */
export const ourCalls = (entitlement: Entitlement, broker: TrustedBroker): OurCalls =>
  ofEach(WAYS[entitlement.session.via](entitlement, broker), (way) => callOf(entitlement, way));

const ofEach = <Given, Made>(
  [first, ...others]: readonly [Given, ...Given[]],
  made: (one: Given) => Made,
): readonly [Made, ...Made[]] => [made(first), ...others.map(made)];

const callOf = (entitlement: Entitlement, { keys, wanted, ...call }: Way): OurCall => {
  const attribution: readonly Asked[] = [
    ['aws:RequestTag/hatcheck-request', 'request_tag', REQUEST, 'r_*'],
    ['sts:SourceIdentity', 'source_identity', HANDLE, 'p_*'],
  ];
  return {
    ...call,
    keys: new Map<string, readonly string[]>([
      ...Object.entries({
        'aws:RequestTag/hatcheck-entitlement': [entitlement.id],
        'aws:TagKeys': ['hatcheck-request', 'hatcheck-entitlement'],
        'sts:RoleSessionName': ['engineer@example.com=AAAAAAAA'],
        'sts:TransitiveTagKeys': entitlement.session.chaining ? ['hatcheck-request', 'hatcheck-entitlement'] : [],
        'aws:SecureTransport': ['true'],
        // A role session never has it ("AWS global condition context keys").
        'aws:MultiFactorAuthPresent': [],
        ...keys,
      }).map(([key, values]) => [key.toLowerCase(), values] as const),
      ...[...attribution, ...wanted].map(([key, , value]) => [key.toLowerCase(), [value]] as const),
    ]),
    wanted: new Map([
      ...wanted.map(
        ([key, line, value]) => [key.toLowerCase(), asked('StringEquals', key, line, value, true)] as const,
      ),
      ...attribution.map(
        ([key, line, , pattern = '']) => [key.toLowerCase(), asked('StringLike', key, line, pattern, false)] as const,
      ),
    ]),
  };
};

/** How `on-revocation` asks for a session of the account's revoker role: with neither tags nor a source identity. */
export const revokerCalls = (entitlement: Entitlement, broker: TrustedBroker): OurCalls => {
  const session = { ...entitlement.session, via: 'assumeRole' } as const;
  const roles = { ...broker, credentialsRoleArns: broker.onRevocationRoleArns };
  return ofEach(ourCalls({ ...entitlement, session }, roles), untagged);
};

const untagged = (call: OurCall): OurCall => {
  const isOfLent = (key: string): boolean => /^(?:aws:requesttag\/|aws:tagkeys|sts:sourceidentity)/.test(key);
  return {
    ...call,
    keys: new Map([...call.keys].map(([key, values]) => [key, isOfLent(key) ? [] : values] as const)),
    wanted: new Map([...call.wanted].filter(([key]) => !isOfLent(key))),
  };
};

/** The calls for the entitlement, were it to go by each of the ways. */
export const callsByEachWay = (entitlement: Entitlement, broker: TrustedBroker): readonly OurCall[] =>
  (['assumeRole', 'webIdentity', 'saml'] as const).flatMap((via) =>
    ourCalls({ ...entitlement, session: { ...entitlement.session, via } }, broker),
  );

/** A key, its line, what our call has there, and what is asked for where that is a pattern. */
type Asked = readonly [key: string, line: Line, value: string, pattern?: string];

const asked = (operator: string, key: string, line: Line, value: string, guards: boolean): Wanted => ({
  ...{ line, guards },
  condition: `"${operator}": { "${key}": "${value}" }`,
});

interface Way extends Pick<OurCall, 'action' | 'principal'> {
  readonly keys: Readonly<Record<string, readonly string[]>>;
  readonly wanted: readonly Asked[];
}

type Ways = readonly [Way, ...Way[]];

const WAYS: Readonly<Record<Entitlement['session']['via'], (entitlement: Entitlement, broker: TrustedBroker) => Ways>> =
  {
    assumeRole: (entitlement, broker) => ofEach(broker.credentialsRoleArns, (arn) => byRole(arn, entitlement, broker)),
    webIdentity: ({ id, account, roleArn }, { issuer }) => [
      {
        ...byProvider('sts:AssumeRoleWithWebIdentity', oidcProviderArn(account, issuer)),
        wanted: [
          [`${providerName(issuer)}:aud`, 'audience', audienceOf({ roleArn })],
          [`${providerName(issuer)}:sub`, 'subject', id],
        ],
      },
    ],
    saml: ({ id, account, roleArn }, { issuer }) => [
      {
        ...byProvider('sts:AssumeRoleWithSAML', samlProviderArn(account), { 'SAML:sub_type': ['persistent'] }),
        wanted: [
          ['SAML:aud', 'audience', samlAudienceOf({ roleArn })],
          ['SAML:iss', 'issuer', entityIdOf(issuer)],
          ['SAML:sub', 'subject', id],
        ],
      },
    ],
  };

const byRole = (
  arn: string,
  { account: { externalId } }: Entitlement,
  { credentialsRoleArns, organization }: TrustedBroker,
): Way => ({
  action: 'sts:AssumeRole',
  principal: { kind: 'AWS', name: arn, all: credentialsRoleArns },
  keys: {
    'aws:PrincipalArn': [arn],
    'aws:PrincipalAccount': [arn.split(':')[4] ?? ''],
    'aws:PrincipalType': ['AssumedRole'],
    ...(externalId === undefined ? { 'sts:ExternalId': [] } : {}),
  },
  wanted: [
    ...(externalId === undefined ? [] : [['sts:ExternalId', 'external_id', externalId] as const]),
    ...(organization === undefined ? [] : [['aws:PrincipalOrgID', 'organization', organization] as const]),
  ],
});

/** The account knows what we sign by its provider, whoever brings it. */
const byProvider = (action: string, arn: string, keys: Way['keys'] = {}): Omit<Way, 'wanted'> => ({
  action,
  principal: { kind: 'Federated', name: arn, all: [arn] },
  keys: { 'aws:FederatedProvider': [arn], ...keys },
});
