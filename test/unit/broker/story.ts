import type { Patience } from '../../../lib/broker/broker.ts';
import { type Act, decideRequest } from '../../../lib/broker/decide-request.ts';
import type { IssueOptions } from '../../../lib/broker/issue.ts';
import type { ConsoleIssuer } from '../../../lib/broker/open-console.ts';
import type { ConsoleSignIn, RoleSessions, TemporaryCredentials } from '../../../lib/broker/ports.ts';
import { secret } from '../../../lib/broker/secret.ts';
import { type Ask, submitRequest } from '../../../lib/broker/submit-request.ts';
import { HatcheckError } from '../../../lib/domain/errors.ts';
import type { EventType, StoredEvent } from '../../../lib/domain/event.ts';
import type { Principal } from '../../../lib/domain/principal.ts';
import type { RequestState } from '../../../lib/domain/request.ts';
import type { RoleSessionOrder } from '../../../lib/domain/role-session.ts';
import { approver, engineer, noon } from '../../support/builders.ts';
import { type MemoryDesk, patient } from '../../support/memory.ts';

export const words: Ask = {
  entitlementId: 'prod-admin',
  justification: 'restore the payments queue',
  durationSeconds: 3600,
};

/** The id of a request that the engineer makes now. */
export const asked = async (desk: MemoryDesk, ask: Partial<Ask> = {}, principal = engineer): Promise<string> =>
  (await submitRequest(desk, { principal, ask: { ...words, ...ask }, patience: patient })).id;

export const acted = (
  desk: MemoryDesk,
  requestId: string,
  principal: Principal,
  act: Act,
  patience: Patience = patient,
): Promise<RequestState> => decideRequest(desk, { requestId, principal, channel: 'portal', act, patience });

/** The id of a request that the engineer makes now, and the approver approves. */
export const granted = async (desk: MemoryDesk, ask: Partial<Ask> = {}): Promise<string> => {
  const id = await asked(desk, ask);
  await acted(desk, id, approver, { type: 'approve' });
  return id;
};

export const eventsOf = (desk: MemoryDesk, requestId: string): Promise<readonly StoredEvent[]> =>
  desk.ledger.read(`request#${requestId}`);

export const typesOf = async (desk: MemoryDesk, requestId: string): Promise<readonly EventType[]> =>
  (await eventsOf(desk, requestId)).map(({ type }) => type);

/** The code that it was refused or failed with; anything but that fails the test. */
export const codeOf = async (attempt: Promise<unknown>): Promise<string> => {
  const error: unknown = await attempt.then(
    () => new Error('it went through'),
    (reason: unknown) => reason,
  );
  if (error instanceof HatcheckError) return error.code;
  throw error;
};

export const credentials: TemporaryCredentials = {
  accessKeyId: 'ASIAEXAMPLE',
  secretAccessKey: secret('the secret'),
  sessionToken: secret('the token'),
  expiration: noon(3600),
};

export type MemoryIssuer = MemoryDesk &
  Pick<ConsoleIssuer, 'roleSessions' | 'consoleSignIn'> & {
    /** What STS was asked for. */
    readonly orders: RoleSessionOrder[];
  };

/** A desk that issues. `open` and `url` may do what AWS may do meanwhile. */
export const issuerAt = (
  desk: MemoryDesk,
  {
    open = () => Promise.resolve(credentials),
    url = () => Promise.resolve({ url: secret('https://signin.example.com/'), expiresAt: noon(900) }),
  }: { open?: RoleSessions['open']; url?: ConsoleSignIn['url'] } = {},
): MemoryIssuer => {
  const orders: RoleSessionOrder[] = [];
  return {
    ...desk,
    orders,
    roleSessions: {
      open: (order) => {
        orders.push(order);
        return open(order);
      },
    },
    consoleSignIn: { url },
  };
};

export const by = (
  requestId: string,
  principal: Principal = engineer,
  patience: Patience = patient,
): Omit<IssueOptions, 'purpose'> => ({ requestId, caller: Promise.resolve(principal), patience });

/** Listens from now on; the answer says which rejections nobody handled until then, and listens no more. */
export const unhandledRejections = (): (() => Promise<readonly unknown[]>) => {
  const reasons: unknown[] = [];
  const listener = (reason: unknown): void => {
    reasons.push(reason);
  };
  process.on('unhandledRejection', listener);
  return async () => {
    // Node tells of them once the microtasks are done.
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', listener);
    return reasons;
  };
};
