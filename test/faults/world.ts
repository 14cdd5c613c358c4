import type { Patience } from '../../lib/broker/broker.ts';
import type { Assertions, Clock, ConsoleSignIn, People, RoleSessions } from '../../lib/broker/ports.ts';
import { secret } from '../../lib/broker/secret.ts';
import { type ErrorCode, HatcheckError } from '../../lib/domain/errors.ts';
import type { StoredEvent } from '../../lib/domain/event.ts';
import type { AccessPolicy } from '../../lib/domain/policy.ts';
import type { Principal } from '../../lib/domain/principal.ts';
import { earliest, plusSeconds } from '../../lib/domain/time.ts';
import { policy as testPolicy } from '../support/builders.ts';
import { type Strikes, strikePorts } from '../support/faults.ts';
import { type Evidence, type Given, type History, newHistory } from '../support/history.ts';
import {
  type MemoryDesk,
  type MemoryLedger,
  memoryDesk,
  memoryLedger,
  patientFor,
  seededChance,
} from '../support/memory.ts';
import { type Wish, askedOf, carryOut } from './wish.ts';

/** A broker in memory, and everything that happens to it written down. */
export interface World {
  readonly desk: MemoryDesk;
  readonly history: History;
  /** KMS, STS and the console, honest and counted. */
  readonly aws: {
    readonly assertions: Assertions;
    readonly roleSessions: RoleSessions;
    readonly consoleSignIn: ConsoleSignIn;
  };
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
  const ledger = spoil(memoryLedger(turn));
  const desk = memoryDesk({ policy, chance: seededChance(seed), ledger, people: everybody });
  return { desk, history: newHistory(), aws: honestAws(desk.clock) };
};

/** Whoever is named has signed in once. */
const everybody: People = {
  get: (handles) => Promise.resolve(new Map(handles.map((handle) => [handle, {}]))),
};

const honestAws = (clock: Clock): World['aws'] => {
  let opened = 0;
  return {
    assertions: { sign: (order) => Promise.resolve(secret(`signed for ${order.requestId}`)) },
    roleSessions: {
      // As the adapter: never later than the grant, and by an assertion of this very order where it goes by one.
      open: ({ via, requestId, durationSeconds, endsAt }, assertion) => {
        if (assertion?.reveal() !== (via === 'assumeRole' ? undefined : `signed for ${requestId}`))
          throw new TypeError(`a role session by ${via} with another assertion than its own`);
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
  open: async (order, assertion) => {
    await meanwhile?.();
    return roleSessions.open(order, assertion);
  },
});

/** Anything but a HatcheckError would be a 500: a bug that ends the test. */
const codeOf = (error: unknown): ErrorCode => {
  if (error instanceof HatcheckError) return error.code;
  throw error;
};

/** Every stream of the ledger as it stands, and all that led to it. */
export const evidenceOf = async ({ desk, history }: World): Promise<Evidence> => {
  const streams: (readonly StoredEvent[])[] = [];
  for (const stream of new Set([...desk.ledger.streams(), 'control'])) streams.push(await desk.ledger.read(stream));
  return { entries: history.entries, streams, policy: desk.policy };
};
