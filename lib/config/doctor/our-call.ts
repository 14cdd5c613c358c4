import { providerName } from '../../domain/boundary.ts';
import type { Entitlement } from '../../domain/entitlement.ts';
import { audienceOf, entityIdOf, samlAudienceOf, samlProviderArn } from '../../domain/role-session.ts';
import { type TrustedBroker, oidcProviderArn } from '../../domain/target-role.ts';
import type { CallKeys } from './conditions.ts';
import type { Line } from './finding.ts';

/** How we ask STS for a session of an entitlement's role, as its trust policy sees it. */
export interface OurCall {
  readonly action: string;
  readonly principal: { readonly kind: 'AWS' | 'Federated'; readonly name: string };
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

export const ourCall = (entitlement: Entitlement, broker: TrustedBroker): OurCall => {
  const { keys, wanted, ...call } = WAYS[entitlement.session.via](entitlement, broker);
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
export const revokerCall = (entitlement: Entitlement, broker: TrustedBroker): OurCall => {
  const session = { ...entitlement.session, via: 'assumeRole' } as const;
  const call = ourCall({ ...entitlement, session }, { ...broker, credentialsRoleArn: broker.onRevocationRoleArn });
  const isOfLent = (key: string): boolean => /^(?:aws:requesttag\/|aws:tagkeys|sts:sourceidentity)/.test(key);
  return {
    ...call,
    keys: new Map([...call.keys].map(([key, values]) => [key, isOfLent(key) ? [] : values] as const)),
    wanted: new Map([...call.wanted].filter(([key]) => !isOfLent(key))),
  };
};

/** The calls for the entitlement, were it to go by each of the ways. */
export const ourCalls = (entitlement: Entitlement, broker: TrustedBroker): readonly OurCall[] =>
  (['assumeRole', 'webIdentity', 'saml'] as const).map((via) =>
    ourCall({ ...entitlement, session: { ...entitlement.session, via } }, broker),
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

const WAYS: Readonly<Record<Entitlement['session']['via'], (entitlement: Entitlement, broker: TrustedBroker) => Way>> =
  {
    assumeRole: ({ account }, { credentialsRoleArn, organization }) => ({
      action: 'sts:AssumeRole',
      principal: { kind: 'AWS', name: credentialsRoleArn },
      keys: {
        'aws:PrincipalArn': [credentialsRoleArn],
        'aws:PrincipalAccount': [credentialsRoleArn.split(':')[4] ?? ''],
        'aws:PrincipalType': ['AssumedRole'],
        ...(account.externalId === undefined ? { 'sts:ExternalId': [] } : {}),
      },
      wanted: [
        ...(account.externalId === undefined ? [] : [['sts:ExternalId', 'external_id', account.externalId] as const]),
        ...(organization === undefined ? [] : [['aws:PrincipalOrgID', 'organization', organization] as const]),
      ],
    }),
    webIdentity: ({ id, account, roleArn }, { issuer }) => ({
      action: 'sts:AssumeRoleWithWebIdentity',
      principal: { kind: 'Federated', name: oidcProviderArn(account, issuer) },
      keys: { 'aws:FederatedProvider': [oidcProviderArn(account, issuer)] },
      wanted: [
        [`${providerName(issuer)}:aud`, 'audience', audienceOf({ roleArn })],
        [`${providerName(issuer)}:sub`, 'subject', id],
      ],
    }),
    saml: ({ id, account, roleArn }, { issuer }) => ({
      action: 'sts:AssumeRoleWithSAML',
      principal: { kind: 'Federated', name: samlProviderArn(account) },
      keys: { 'aws:FederatedProvider': [samlProviderArn(account)], 'SAML:sub_type': ['persistent'] },
      wanted: [
        ['SAML:aud', 'audience', samlAudienceOf({ roleArn })],
        ['SAML:iss', 'issuer', entityIdOf(issuer)],
        ['SAML:sub', 'subject', id],
      ],
    }),
  };
