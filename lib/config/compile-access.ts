import type { z } from 'zod';
import type { Account, DenyStatement, Entitlement } from '../domain/entitlement.ts';
import { OUR_SIDS, policyCharactersOver } from '../domain/role-session.ts';
import type { OidcProvider, SamlEndpoint, SamlProvider } from '../identity/ports.ts';
import { compileApprovers } from './access-approvers.ts';
import type { Path } from './access-fault.ts';
import { compileApproval, compileApproverRequires, escalationFaults } from './approval-rules.ts';
import type { EntitlementText, oidcProvider, samlProvider } from './access-schema.ts';
import { compileBreakGlass, compileExtension, moreTimeFaults } from './more-time-rules.ts';
import { present } from './present.ts';

export const compileOidcProvider = ({
  tokenExchange,
  clientSecret,
  offlineAccess,
  backChannelLogout,
  ...provider
}: z.infer<typeof oidcProvider>): OidcProvider => ({
  ...provider,
  type: 'oidc',
  ...(offlineAccess && { offlineAccess }),
  ...(backChannelLogout && { backChannelLogout }),
  ...present({ clientSecret }),
  tokenExchangeAudiences: tokenExchange?.audiences ?? [],
});

/** @param described by its metadata, or where that is published */
export const compileSamlProvider = (
  {
    metadata: _named,
    entityId: _described,
    emailAttribute,
    nameAttribute,
    signingKey,
    decryptionKey,
    ...provider
  }: z.infer<typeof samlProvider>,
  { entityId, ...described }: { readonly entityId: string } & (SamlEndpoint | { readonly metadataUrl: string }),
): SamlProvider => ({
  ...provider,
  ...present({ emailAttribute, nameAttribute, signingKey, decryptionKey }),
  issuer: entityId,
  ...described,
});

/** A fault of the parts taken together; `at` is relative to the entitlement. */
interface SumFault {
  readonly at: Path;
  readonly code: string;
  readonly message: string;
}

/** Where the entitlement is, and whom its words may mean. */
interface Placed {
  readonly account: Account;
  readonly denies: readonly DenyStatement[];
  /** By the id of the provider. */
  readonly issuers: ReadonlyMap<string, string>;
}

/** The entitlement as the domain knows it, and what is wrong with the sum of its parts. */
export const compileEntitlement = (
  id: string,
  text: EntitlementText,
  { account, denies, issuers }: Placed,
): { readonly entitlement: Entitlement; readonly faults: readonly SumFault[] } => {
  const { role, session } = text;
  const written = {
    id,
    title: text.title ?? id,
    ...present({ description: text.description }),
    account,
    roleArn: `arn:${account.partition}:iam::${account.id}:role${role.path}${role.name}`,
    roleMaxSessionSeconds: role.maxSession,
    requesters: text.requesters,
    approval: compileApproval(text.approval, issuers),
    maxDurationSeconds: text.maxDuration,
    justification: text.justification,
    ...present({ ticket: text.ticket && ticketOf(text.ticket) }),
    requires: {
      mfa: text.requires.mfa,
      ...present({ authenticatedWithinSeconds: text.requires.authenticatedWithin }),
      ...(text.requires.sameDevice && { sameDevice: true }),
    },
    ...present({ approverRequires: text.approverRequires && compileApproverRequires(text.approverRequires) }),
    groupsMaxAgeSeconds: text.groupsMaxAge,
    session: {
      via: session.via,
      maxSeconds: session.max,
      tail: session.tail,
      chaining: session.chaining,
      ...(session.revokeOnEnd && { revokeOnEnd: true }),
      ...present({ sourceIps: session.sourceIps }),
      denies,
    },
    ...(text.scope && { scope: true }),
    ...present({ hours: text.hours }),
    revokers: text.revokers ? compileApprovers(text.revokers, issuers) : { groups: [] },
    limits: text.limits,
  } as const satisfies Entitlement;
  const entitlement: Entitlement = {
    ...written,
    ...present({
      extension: text.extension && compileExtension(text.extension, written, issuers),
      breakGlass: text.breakGlass && compileBreakGlass(text.breakGlass, written, issuers),
    }),
  };
  return {
    entitlement,
    faults: [
      ...policyFaults(entitlement),
      ...escalationFaults(['approval'], entitlement.approval),
      ...moreTimeFaults(entitlement),
    ],
  };
};

const ticketOf = ({
  pattern,
  required,
  check,
}: NonNullable<EntitlementText['ticket']>): NonNullable<Entitlement['ticket']> => ({
  pattern,
  required,
  ...present({ check }),
});

const policyFaults = (entitlement: Entitlement): readonly SumFault[] => {
  const { denies, sourceIps } = entitlement.session;
  const at = denies.length > 0 ? ['session', 'policy'] : sourceIps ? ['session', 'sourceIps'] : ['role'];
  const over = policyCharactersOver(entitlement);
  const sids = [...denies.flatMap(({ Sid }) => (Sid === undefined ? [] : [Sid])), ...OUR_SIDS];
  return [
    ...(over > 0
      ? [{ at, code: 'policy_too_long', message: `makes the session policy ${over} characters too long for STS` }]
      : []),
    ...(new Set(sids).size < sids.length
      ? [{ at, code: 'duplicate_sid', message: `has a Sid twice, or one of ours: ${OUR_SIDS.join(', ')}` }]
      : []),
  ];
};
