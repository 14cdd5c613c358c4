import { createHash } from 'node:crypto';
import { intend } from '../domain/decide-issue.ts';
import { HatcheckError, type Refusal, refuse } from '../domain/errors.ts';
import type { DomainEvent, Purpose, StoredEvent } from '../domain/event.ts';
import { certain, eventOf } from '../domain/invariant.ts';
import type { Handle, Principal } from '../domain/principal.ts';
import type { Closed, RequestState } from '../domain/request.ts';
import { type RoleSessionOrder, orderRoleSession, roleSessionName } from '../domain/role-session.ts';
import type { Broker, Patience } from './broker.ts';
import { type Loaded, type Read, RefusedError, commit, readForDecision, recordFact } from './commit.ts';
import {
  type Assertions,
  RoleSessionError,
  type RoleSessions,
  type Secret,
  type TemporaryCredentials,
} from './ports.ts';
import { recordRefusal } from './record-refusal.ts';
import { type Said, saidOnce } from './said-before.ts';

/** The only holder of `RoleSessions`: whoever issues. */
export interface Issuer extends Broker {
  readonly roleSessions: RoleSessions;
  /** Absent: role sessions are opened with our own credentials alone. */
  readonly assertions?: Assertions;
}

export interface IssueOptions {
  readonly requestId: string;
  /** Still being looked up: the request is read meanwhile. */
  readonly caller: Promise<Principal>;
  /** Who the caller says to be, so that their own stream is read meanwhile too. Believed for nothing else. */
  readonly claimed?: Handle;
  readonly purpose: Purpose;
  /** What was asked for with it before is refused. */
  readonly once?: string;
  readonly patience: Patience;
}

/** An open role session with its intent in the ledger, and its outcome not yet. Nothing of it may leave before that. */
export interface Opened {
  readonly principal: Principal;
  readonly intent: string;
  readonly credentials: TemporaryCredentials;
  readonly after: Loaded;
}

/**
 * Decides, writes the intent, and opens the role session: three trips, and no STS call without a committed intent.
 *
 * @throws HatcheckError 401 codes of `caller`; `not_found`; the refusals of `issueRules`, each on record; `aws_unavailable` when STS did
 * not open one; `ledger_unavailable`, `ledger_conflict`
 */
export const openRoleSession = async (
  issuer: Issuer,
  { requestId, caller, claimed, purpose, once, patience }: IssueOptions,
): Promise<Opened> => {
  const ahead = claimed === undefined ? undefined : readForDecision(issuer, { requestId, caller: claimed });
  // Whoever is not signed in learns that, not how the ledger is.
  ahead?.catch(() => undefined);
  const principal = await caller;
  const first =
    ahead && principal.handle === claimed ? ahead : readForDecision(issuer, { requestId, caller: principal.handle });
  const { intent, loaded, order, assertion } = await intendToIssue(issuer, {
    ...{ requestId, principal, purpose, patience, first },
    ...(once === undefined ? {} : { said: saidOnce(once, { requestId, handle: principal.handle }) }),
  });
  try {
    return { principal, intent, credentials: await issuer.roleSessions.open(order, await assertion), after: loaded };
  } catch (error) {
    if (!(error instanceof RoleSessionError)) throw error;
    const fact = { type: `credentials.${error.outcome}` as const, data: { intent, reason: error.message } };
    await recordFact(issuer, { principal, patience, after: loaded }, () => fact);
    throw new HatcheckError(
      { code: 'aws_unavailable', reason: `role session ${error.outcome}: ${error.message}` },
      { cause: error },
    );
  }
};

/** The outcome on record; what was opened may leave now. @throws HatcheckError `revoked`, `grant_over`: it was withheld. */
export const recordIssued = async (
  issuer: Issuer,
  { principal, intent, credentials, after }: Opened,
  patience: Patience,
): Promise<Loaded> => {
  const { accessKeyId, expiration } = credentials;
  const loaded = await recordFact(issuer, { principal, patience, after }, (request): DomainEvent =>
    request.closed
      ? { type: 'credentials.withheld', data: { intent, accessKeyId, reason: request.closed.kind } }
      : { type: 'credentials.issued', data: { intent, accessKeyId, expiration } },
  );
  if (loaded.request.closed) throw new HatcheckError(closedMeanwhile(loaded.request.closed));
  return loaded;
};

/** Somebody ended the grant between the intent and now. */
export const closedMeanwhile = ({ kind }: Closed): Refusal => ({
  code: kind === 'revoked' ? 'revoked' : 'grant_over',
  reason: `${kind} between the intent and the outcome`,
});

/** The credentials of an approved, open grant: four sequential trips. Errors: see `openRoleSession`, `recordIssued`. */
export const issueCredentials = async (
  issuer: Issuer,
  options: Omit<IssueOptions, 'purpose'>,
): Promise<TemporaryCredentials> => {
  const opened = await openRoleSession(issuer, { ...options, purpose: 'credentials' });
  await recordIssued(issuer, opened, options.patience);
  return opened.credentials;
};

const intendToIssue = async (
  issuer: Issuer,
  {
    requestId,
    principal,
    purpose,
    patience,
    first,
    said,
  }: {
    requestId: string;
    principal: Principal;
    purpose: Purpose;
    patience: Patience;
    first: Promise<Read>;
    said?: Said;
  },
): Promise<{ intent: string; loaded: Loaded } & Signed> => {
  const sessionNameHash = createHash('sha256').update(roleSessionName(principal)).digest('base64url');
  let signed: Signed | undefined;
  const alongside = (request: RequestState, event: StoredEvent): void => {
    signed = signedOrder(issuer, request, principal, eventOf('credentials.intended', event));
  };
  try {
    const { request, last, event, before } = await commit(
      issuer,
      { requestId, principal, patience, first, alongside, ...(said ? { said } : {}) },
      (state, context) => intend(state, { type: 'issue', purpose, sessionNameHash }, context),
    );
    if (before) throw new HatcheckError(refuse('already_decided', `asked for before, by ${before.eventId}`));
    const intent = eventOf('credentials.intended', event);
    return { intent: intent.eventId, loaded: { request, last }, ...certain(signed, 'an intent without its order') };
  } catch (error) {
    if (error instanceof RefusedError)
      await recordRefusal(issuer, { requestId, principal, purpose, refusal: error.refusal });
    throw error;
  }
};

/** What STS will be asked for, and the assertion for it while that is being signed. */
interface Signed {
  readonly order: RoleSessionOrder;
  readonly assertion: Promise<Secret> | undefined;
}

/** Signed while the intent is written, which saves a trip. It opens nothing before STS has it, and STS has it only after the intent. */
const signedOrder = (
  issuer: Issuer,
  request: RequestState,
  principal: Principal,
  { at, data: { endsAt } }: Extract<StoredEvent, { type: 'credentials.intended' }>,
): Signed => {
  const entitlement = certain(
    issuer.policy.entitlements.get(request.entitlementId),
    'an intent for an entitlement that is not there',
  );
  const order = orderRoleSession(request, entitlement, principal, { now: at, endsAt });
  const assertion = order.via === 'assumeRole' ? undefined : sign(issuer, order);
  // Awaited once the intent is written; until then a failure must not count as unhandled.
  assertion?.catch(() => undefined);
  return { order, assertion };
};

const sign = async ({ assertions }: Issuer, order: RoleSessionOrder): Promise<Secret> => {
  if (!assertions) throw new RoleSessionError('failed', 'NoSigningKey');
  return assertions.sign(order);
};
