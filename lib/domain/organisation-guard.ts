import { LENT_TAG, OWN_NAMES, providerName } from './boundary.ts';
import type { Partition } from './entitlement.ts';
import type { PolicyText, StatementText } from './target-role.ts';

/** Where an organization's accounts are, and who may go on making what Hatcheck needs in them. */
export interface Guarded {
  readonly partition: Partition;
  readonly issuer: string;
  /** ARNs of roles, or patterns of them, at least one. */
  readonly makers: readonly string[];
}

/** What changes something, and nothing that only reads, passes on or assumes. */
const CHANGES = ['Add', 'Attach', 'Create', 'Delete', 'Detach', 'Put', 'Remove', 'Set', 'Tag', 'Untag', 'Update'].map(
  (verb) => `iam:${verb}*`,
);

/**
 * A service control policy that stays: nobody in an account changes what Hatcheck has there but whoever makes it, and the revoker role. It binds those too that
 * no boundary reaches, since they were there before.
 */
export const organisationGuard = ({ partition, issuer, makers }: Guarded): PolicyText => {
  const inAnyAccount = (resource: string): string => `arn:${partition}:iam::*:${resource}`;
  const unlessMade = {
    ArnNotLike: { 'aws:PrincipalArn': [inAnyAccount('role/hatcheck/hatcheck-revoker'), ...makers] },
  };
  const guard = (Sid: string, rest: Pick<StatementText, 'Resource' | 'Condition'>): StatementText => ({
    ...{ Sid, Effect: 'Deny', Action: CHANGES, Resource: rest.Resource ?? '*' },
    Condition: { ...unlessMade, ...rest.Condition },
  });
  return {
    Version: '2012-10-17',
    Statement: [
      guard('HatcheckOwn', { Resource: [...OWN_NAMES, `oidc-provider/${providerName(issuer)}`].map(inAnyAccount) }),
      guard('HatcheckLent', { Condition: { Null: { [`aws:ResourceTag/${LENT_TAG}`]: 'false' } } }),
    ],
  };
};
