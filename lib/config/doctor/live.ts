import { boundaryArn, revokerArn } from '../../domain/boundary.ts';
import type { Entitlement } from '../../domain/entitlement.ts';
import { audienceOf, entityIdOf, samlProviderArn } from '../../domain/role-session.ts';
import { type TrustedBroker, oidcProviderArn } from '../../domain/target-role.ts';
import type { RoleFacts } from '../role-facts.ts';
import type { Deed } from './diagnose.ts';
import { type Finding, fault, warning } from './finding.ts';
import { revokerFindings } from './trust.ts';

/** What AWS's own simulator says of a role, a boundary and service control policies included. */
export interface Simulated {
  readonly decision: 'allowed' | 'explicitDeny' | 'implicitDeny';
  readonly isWithinBoundary: boolean;
  readonly isWithinOrganization: boolean;
  /** Keys of conditions that it was not given. */
  readonly unknown: readonly string[];
}

/** What an account says besides its roles. `null`: it has no such thing; absent: it was not asked. */
export interface Seen {
  /** Whether the boundary's text is what we would write, whatever it denies. */
  readonly boundary: { readonly isOurs: boolean } | null;
  readonly revoker: RoleFacts | null;
  /** By action: what the revoker role may do to the boundary. */
  readonly revokerMay: Readonly<Record<string, Simulated>>;
  readonly oidcProvider?: { readonly clientIds: readonly string[] } | null;
  readonly samlProvider?: { readonly metadata: string } | null;
  readonly deed?: Simulated;
}

/** What `on-revocation` does to a boundary, each time. */
export const OF_THE_REVOKER = [
  'iam:GetPolicy',
  'iam:GetPolicyVersion',
  'iam:ListPolicyVersions',
  'iam:CreatePolicyVersion',
  'iam:DeletePolicyVersion',
] as const;

/** What else stands between an entitlement and sessions that can be opened, used and ended: as the account itself says it now. */
export const liveFindings = (
  entitlement: Entitlement,
  broker: TrustedBroker,
  seen: Seen,
  deed?: Deed,
): readonly Finding[] => [
  ...ofBoundary(entitlement, seen),
  ...ofRevoker(entitlement, broker, seen),
  ...ofOidcProvider(entitlement, broker, seen),
  ...ofSamlProvider(entitlement, broker, seen),
  ...(deed && seen.deed ? ofDeed(entitlement, deed, seen.deed) : []),
];

const byTemplate = ({ id }: Entitlement): string => `hatcheck role template --entitlement ${id} writes it`;

const ofBoundary = (entitlement: Entitlement, { boundary }: Seen): readonly Finding[] => {
  const arn = boundaryArn(entitlement);
  if (boundary === null) return [fault('boundary', `${arn} is not there`, byTemplate(entitlement))];
  return boundary.isOurs
    ? []
    : [
        warning(
          'boundary',
          `${arn} is not as this version writes it: what guards it may be missing`,
          `the next revocation on the role writes it; or take the text that hatcheck role template --entitlement ${entitlement.id} has, while it denies nobody, for: aws iam create-policy-version --policy-arn ${arn} --set-as-default --policy-document file://boundary.json`,
        ),
      ];
};

const ofRevoker = (
  entitlement: Entitlement,
  broker: TrustedBroker,
  { revoker, revokerMay }: Seen,
): readonly Finding[] => {
  const arn = revokerArn(entitlement);
  if (!revoker)
    return [fault('revoker', `${arn} is not there: sessions that are out could not be ended`, byTemplate(entitlement))];
  return [
    ...revokerFindings(revoker.trust, entitlement, broker).map((one) => ({
      ...one,
      line: 'revoker' as const,
      what: `of ${arn}: ${one.what}`,
    })),
    ...Object.entries(revokerMay)
      .filter(([, { decision }]) => decision !== 'allowed')
      .map(([action]) =>
        fault('revoker', `${arn} may not ${action} on ${boundaryArn(entitlement)}`, byTemplate(entitlement)),
      ),
  ];
};

const ofOidcProvider = (
  { account, roleArn }: Entitlement,
  { issuer }: TrustedBroker,
  { oidcProvider }: Seen,
): readonly Finding[] => {
  const [arn, audience] = [oidcProviderArn(account, issuer), audienceOf({ roleArn })];
  if (oidcProvider === null)
    return [
      fault(
        'provider',
        `${arn} is not there: no token of ours is good in the account`,
        `aws iam create-open-id-connect-provider --url ${issuer} --client-id-list ${audience}`,
      ),
    ];
  return oidcProvider === undefined || oidcProvider.clientIds.includes(audience)
    ? []
    : [
        fault(
          'audience',
          `${arn} does not take tokens for ${audience}`,
          `aws iam add-client-id-to-open-id-connect-provider --open-id-connect-provider-arn ${arn} --client-id ${audience}`,
        ),
      ];
};

const ofSamlProvider = (
  { account }: Entitlement,
  { issuer }: TrustedBroker,
  { samlProvider }: Seen,
): readonly Finding[] => {
  const arn = samlProviderArn(account);
  const metadata = `hatcheck issuer metadata --issuer ${issuer} … > metadata.xml, then aws iam`;
  if (samlProvider === null)
    return [
      fault(
        'provider',
        `${arn} is not there: no response of ours is good in the account`,
        `${metadata} create-saml-provider --name ${arn.slice(arn.lastIndexOf('/') + 1)} --saml-metadata-document file://metadata.xml`,
      ),
    ];
  return samlProvider === undefined || samlProvider.metadata.includes(`entityID="${entityIdOf(issuer)}"`)
    ? []
    : [
        fault(
          'issuer',
          `${arn} has the metadata of another than ${entityIdOf(issuer)}`,
          `${metadata} update-saml-provider --saml-provider-arn ${arn} --saml-metadata-document file://metadata.xml`,
        ),
      ];
};

/** In the order in which IAM decides: whose no it is. */
const ofDeed = (entitlement: Entitlement, { action, resource }: Deed, seen: Simulated): readonly Finding[] => {
  const { roleArn } = entitlement;
  const what = `${action} on ${resource}`;
  if (seen.decision === 'allowed') return [];
  if (seen.unknown.length > 0)
    return [
      warning(
        'permissions',
        `whether ${roleArn} may ${what} depends on ${seen.unknown.join(', ')}`,
        'see that they hold',
      ),
    ];
  if (!seen.isWithinOrganization)
    return [
      fault(
        'organization_policy',
        `a service control policy does not allow ${what}`,
        'ask whoever runs the organization',
      ),
    ];
  if (!seen.isWithinBoundary)
    return [
      fault(
        'boundary',
        `the boundary ${boundaryArn(entitlement)} does not allow ${what}; neither trust policy nor permissions have to do with that`,
        'allow it in the statements of the account’s own that the boundary has, or ask for another entitlement',
      ),
    ];
  return [
    seen.decision === 'explicitDeny'
      ? fault(
          'permissions',
          `its permissions deny ${what}; the trust policy has nothing to do with that`,
          `take the deny out of ${roleArn}`,
        )
      : fault(
          'permissions',
          `its permissions lack ${what}; the trust policy has nothing to do with that`,
          `attach a policy that allows it to ${roleArn}`,
        ),
  ];
};
