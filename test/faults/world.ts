import type { Desk, Patience } from '../../lib/broker/broker.ts';
import { type Act, decideRequest } from '../../lib/broker/decide-request.ts';
import { issueCredentials } from '../../lib/broker/issue.ts';
import { listRequests } from '../../lib/broker/list-requests.ts';
import { openConsole } from '../../lib/broker/open-console.ts';
import type { Clock, ConsoleSignIn, RoleSessions } from '../../lib/broker/ports.ts';
import { readRequest } from '../../lib/broker/read-request.ts';
import { viewRequests } from '../../lib/broker/request-view.ts';
import { secret } from '../../lib/broker/secret.ts';
import { type Ask, submitRequest } from '../../lib/broker/submit-request.ts';
import { type ErrorCode, HatcheckError } from '../../lib/domain/errors.ts';
import type { StoredEvent } from '../../lib/domain/event.ts';
import type { AccessPolicy } from '../../lib/domain/policy.ts';
import type { Principal } from '../../lib/domain/principal.ts';
import { earliest, plusSeconds } from '../../lib/domain/time.ts';
import { policy as testPolicy } from '../support/builders.ts';
import { type Strikes, type StruckPorts, strikePorts } from '../support/faults.ts';
import { type Evidence, type Given, type History, type UseCase, newHistory } from '../support/history.ts';
import {
  type MemoryDesk,
  type MemoryLedger,
  memoryDesk,
  memoryLedger,
  patientFor,
  seededChance,
} from '../support/memory.ts';

/** A broker in memory, and everything that happens to it written down. */
export interface World {
  readonly desk: MemoryDesk;
  readonly history: History;
  /** STS and the console, honest and counted. */
  readonly aws: { readonly roleSessions: RoleSessions; readonly consoleSignIn: ConsoleSignIn };
}

export interface WorldOptions {
  readonly policy?: AccessPolicy;
  readonly seed?: number;
  /** Awaited before each access to the ledger, so that somebody can say who comes first. */
  readonly turn?: () => Promise<void>;
  /** What a ledger that is not one would make of it. */
  readonly spoil?: (ledger: MemoryLedger) => MemoryLedger;
}

export const newWorld = ({
  policy = testPolicy(),
  seed = 1,
  turn,
  spoil = (ledger) => ledger,
}: WorldOptions = {}): World => {
  const desk = memoryDesk({ policy, chance: seededChance(seed), ledger: spoil(memoryLedger(turn)) });
  return { desk, history: newHistory(), aws: honestAws(desk.clock) };
};

const honestAws = (clock: Clock): World['aws'] => {
  let opened = 0;
  return {
    roleSessions: {
      // As the adapter: never later than the grant.
      open: ({ durationSeconds, endsAt }) => {
        opened += 1;
        return Promise.resolve({
          accessKeyId: `ASIA${String(opened).padStart(16, '0')}`,
          secretAccessKey: secret('a secret'),
          sessionToken: secret('a token'),
          expiration: earliest(plusSeconds(clock.now(), durationSeconds), endsAt),
        });
      },
    },
    consoleSignIn: {
      url: () =>
        Promise.resolve({ url: secret('https://signin.example.com/'), expiresAt: plusSeconds(clock.now(), 900) }),
    },
  };
};

/** What somebody wants of the broker. */
export type Wish =
  | { readonly use: 'submit'; readonly ask: Ask; readonly key?: string }
  | { readonly use: 'list' }
  | { readonly use: Exclude<UseCase, 'submit' | 'list'>; readonly requestId: string; readonly act?: Partial<Approve> };
type Approve = Extract<Act, { type: 'approve' }>;

export interface Performed {
  readonly code: ErrorCode | 'ok' | 'crashed';
  readonly given: Given;
  /** The ports that were awaited, in order. */
  readonly awaited: readonly string[];
}

export interface Circumstances {
  readonly strikes?: Strikes;
  /** Of the machine that serves this call. */
  readonly clock?: Clock;
  readonly patience?: Patience;
  /** What somebody else does while STS is opening the role session. */
  readonly meanwhile?: () => Promise<unknown>;
}

/** As the functions do it, the view included: one call, from the question to its answer, or to the end of its process. */
export const perform = async (
  world: World,
  by: Principal,
  wish: Wish,
  { strikes = new Map(), clock, patience = patientFor(6), meanwhile }: Circumstances = {},
): Promise<Performed> => {
  const { desk, history, aws } = world;
  const call = history.next();
  history.add({ kind: 'asked', call, by, ...askedOf(wish) });
  const ports = strikePorts(
    { ...desk, ...aws, roleSessions: beside(aws.roleSessions, meanwhile) },
    history,
    call,
    strikes,
  );
  const struckDesk = { ...desk, ...ports, ...(clock ? { clock } : {}) };
  const answered = carryOut(struckDesk, by, wish, patience).then(
    (given) => ({ code: 'ok' as const, given }),
    (error: unknown) => ({ code: codeOf(error), given: {} }),
  );
  const outcome = await Promise.race([answered, ports.crashed.then(() => ({ code: 'crashed' as const, given: {} }))]);
  if (outcome.code !== 'crashed') history.add({ kind: 'answered', call, code: outcome.code, given: outcome.given });
  await ports.arrive();
  return { ...outcome, awaited: ports.awaited };
};

const beside = (roleSessions: RoleSessions, meanwhile: Circumstances['meanwhile']): RoleSessions => ({
  open: async (order) => {
    await meanwhile?.();
    return roleSessions.open(order);
  },
});

const askedOf = (wish: Wish) =>
  wish.use === 'submit'
    ? {
        use: wish.use,
        submission: { body: JSON.stringify(wish.ask), ...(wish.key === undefined ? {} : { key: wish.key }) },
      }
    : { use: wish.use, ...('requestId' in wish ? { requestId: wish.requestId } : {}) };

/** Anything but a HatcheckError would be a 500: a bug that ends the test. */
const codeOf = (error: unknown): ErrorCode => {
  if (error instanceof HatcheckError) return error.code;
  throw error;
};

const carryOut = async (
  desk: Desk & StruckPorts,
  principal: Principal,
  wish: Wish,
  patience: Patience,
): Promise<Given> => {
  switch (wish.use) {
    case 'submit': {
      const { ask, key } = wish;
      const request = await submitRequest(desk, {
        ...{ principal, ask, patience },
        ...(key === undefined ? {} : { idempotencyKey: key }),
      });
      await viewRequests(desk, principal, [request]);
      return { requestId: request.id };
    }
    case 'list': {
      const { requests } = await listRequests(desk, principal, { as: 'requester', limit: 50 });
      await viewRequests(desk, principal, requests);
      return {};
    }
    case 'read': {
      const { request } = await readRequest(desk, principal, wish.requestId);
      await viewRequests(desk, principal, [request]);
      return {};
    }
    case 'credentials': {
      const { accessKeyId, expiration } = await issueCredentials(desk, issueOf(principal, wish.requestId, patience));
      return { accessKeyId, expiration };
    }
    case 'console':
      await openConsole(desk, issueOf(principal, wish.requestId, patience));
      return { url: true };
    default: {
      const { use, requestId, act } = wish;
      const request = await decideRequest(desk, {
        requestId,
        principal,
        channel: 'portal',
        patience,
        act: actOf(use, act),
      });
      await viewRequests(desk, principal, [request]);
      return {};
    }
  }
};

const issueOf = (principal: Principal, requestId: string, patience: Patience) => ({
  requestId,
  caller: Promise.resolve(principal),
  patience,
});

const actOf = (
  use: Exclude<UseCase, 'submit' | 'list' | 'read' | 'credentials' | 'console'>,
  more: Partial<Approve> = {},
): Act => {
  if (use === 'approve') return { comment: 'Go ahead.', ...more, type: use };
  return use === 'deny' || use === 'revoke' ? { type: use, reason: 'Not now.' } : { type: use };
};

/** Every stream of the ledger as it stands, and all that led to it. */
export const evidenceOf = async ({ desk, history }: World): Promise<Evidence> => {
  const streams: (readonly StoredEvent[])[] = [];
  for (const stream of desk.ledger.streams()) streams.push(await desk.ledger.read(stream));
  return { entries: history.entries, streams, policy: desk.policy };
};
