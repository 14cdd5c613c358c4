import type {
  Assertions,
  ConsoleSignIn,
  Ledger,
  People,
  RoleSessions,
  Summaries,
  Texts,
} from '../../lib/broker/ports.ts';
import { RoleSessionError } from '../../lib/broker/ports.ts';
import { HatcheckError } from '../../lib/domain/errors.ts';
import type { StoredEvent } from '../../lib/domain/event.ts';
import type { History } from './history.ts';

/** What may happen at one await. */
export const FAULTS = [
  /** The other side says no, and did nothing. */
  'refused',
  /** The same, and so to the next two calls of its kind. */
  'throttled',
  /** No answer; it was not done. */
  'timedOutBefore',
  /** No answer; it was done. */
  'timedOutAfter',
  /** No answer; it is done later, while we already do something else. */
  'arrivedLate',
  /** Done twice, as by something that retries on the way. */
  'duplicated',
  /** The process ends there; it was not done. */
  'crashedBefore',
  /** The process ends there; it was done. */
  'crashedAfter',
] as const;
export type Fault = (typeof FAULTS)[number];

/** At the n-th call of a port, counted from 0 over all ports of one use case. */
export type Strikes = ReadonlyMap<number, Fault>;

export interface Ports {
  readonly ledger: Ledger;
  readonly texts: Texts;
  readonly summaries: Summaries;
  readonly people: People;
  readonly assertions: Assertions;
  readonly roleSessions: RoleSessions;
  readonly consoleSignIn: ConsoleSignIn;
}

/** The ports as one call of a use case has them: struck as planned, with what took effect written down. */
export interface StruckPorts extends Ports {
  /** What was awaited, in order: `ledger.append credentials.intended`, … */
  readonly awaited: readonly string[];
  /** Settles when the process ended; whatever is awaited then never answers. */
  readonly crashed: Promise<void>;
  /** What was still under way arrives. */
  arrive(): Promise<void>;
}

const THROTTLED_FOR = 3;

export const strikePorts = (ports: Ports, history: History, call: number, strikes: Strikes): StruckPorts => {
  const awaited: string[] = [];
  const underWay: (() => Promise<unknown>)[] = [];
  const throttled = new Map<string, number>();
  const process = Promise.withResolvers<undefined>();
  let over = false;

  const arrive = async (): Promise<void> => {
    for (const effect of underWay.splice(0)) await effect();
  };
  const crash = (): Promise<never> => {
    over = true;
    process.resolve(undefined);
    return never();
  };
  const faultAt = (name: string): Fault | undefined => {
    const fault = strikes.get(awaited.length - 1);
    const left = fault === 'throttled' ? THROTTLED_FOR : (throttled.get(name) ?? 0);
    throttled.set(name, left - 1);
    return fault ?? (left > 0 ? 'throttled' : undefined);
  };

  /** One await. `kind` groups what is throttled together; `detail` is for the reader. */
  const through = async <T>(kind: Kind, detail: string, effect: () => Promise<T>): Promise<T> => {
    if (over) return never();
    awaited.push(detail === '' ? kind : `${kind} ${detail}`);
    const before = underWay.splice(0);
    try {
      return await struck(faultAt(kind), kind, effect, { crash, underWay });
    } finally {
      for (const late of before) await late();
    }
  };
  return { ...wrapped(ports, history, call, through), awaited, crashed: process.promise, arrive };
};

const struck = async <T>(
  fault: Fault | undefined,
  kind: Kind,
  effect: () => Promise<T>,
  { crash, underWay }: { crash: () => Promise<never>; underWay: (() => Promise<unknown>)[] },
): Promise<T> => {
  switch (fault) {
    case undefined:
      return effect();
    case 'duplicated':
      await effect();
      return effect();
    case 'crashedBefore':
      return crash();
    case 'crashedAfter':
      await effect();
      return crash();
    case 'timedOutAfter':
      await effect();
      throw failure(kind, fault);
    case 'arrivedLate':
      underWay.push(effect);
      throw failure(kind, fault);
    case 'refused':
    case 'throttled':
    case 'timedOutBefore':
      throw failure(kind, fault);
  }
};

const never = (): Promise<never> => new Promise<never>(() => undefined);

type Kind =
  | `ledger.${keyof Ledger}`
  | `texts.${keyof Texts}`
  | 'summaries.put'
  | 'summaries.list'
  | 'people.get'
  | 'assertions.sign'
  | 'roleSessions.open'
  | 'consoleSignIn.url';

/** As the adapters say it (`lib/broker/ports.ts`). */
const failure = (kind: Kind, fault: Fault): Error => {
  // What was not signed, or is not known to be, opened nothing.
  if (kind === 'assertions.sign') return new RoleSessionError('failed', fault);
  if (kind === 'roleSessions.open')
    return fault === 'refused' || fault === 'throttled'
      ? new RoleSessionError('failed', fault)
      : new RoleSessionError('unknown', fault);
  return new HatcheckError({
    code: kind === 'consoleSignIn.url' ? 'aws_unavailable' : 'ledger_unavailable',
    reason: fault,
  });
};

type Through = <T>(kind: Kind, detail: string, effect: () => Promise<T>) => Promise<T>;

const wrapped = (ports: Ports, history: History, call: number, through: Through): Ports => {
  const { ledger, texts, summaries, people, assertions, roleSessions, consoleSignIn } = ports;
  const append = async (event: StoredEvent): Promise<'appended' | 'conflict'> => {
    const answer = await ledger.append(event);
    const isKnown = history.entries.some((entry) => entry.kind === 'appended' && entry.event === event);
    if (answer === 'appended' && !isKnown) history.add({ kind: 'appended', call, event });
    return answer;
  };
  return {
    ledger: {
      read: (stream) => through('ledger.read', kindOf(stream), () => ledger.read(stream)),
      last: (stream) => through('ledger.last', kindOf(stream), () => ledger.last(stream)),
      append: (event) => through('ledger.append', event.type, () => append(event)),
    },
    texts: {
      put: (...words) => through('texts.put', '', () => texts.put(...words)),
      get: (wanted) => through('texts.get', '', () => texts.get(wanted)),
    },
    summaries: {
      put: (summary) => through('summaries.put', '', () => summaries.put(summary)),
      ofRequester: (...query) => through('summaries.list', '', () => summaries.ofRequester(...query)),
      ofApprovers: (...query) => through('summaries.list', '', () => summaries.ofApprovers(...query)),
      ofEverybody: (page) => through('summaries.list', '', () => summaries.ofEverybody(page)),
    },
    people: { get: (handles) => through('people.get', '', () => people.get(handles)) },
    assertions: { sign: (order) => through('assertions.sign', '', () => assertions.sign(order)) },
    roleSessions: {
      open: (order, assertion) => {
        history.add({ kind: 'ordered', call, requestId: order.tags['hatcheck-request'] ?? '', order });
        return through('roleSessions.open', '', async () => {
          const credentials = await roleSessions.open(order, assertion);
          history.add({ kind: 'opened', call, accessKeyId: credentials.accessKeyId });
          return credentials;
        });
      },
    },
    consoleSignIn: { url: (...session) => through('consoleSignIn.url', '', () => consoleSignIn.url(...session)) },
  };
};

/** `request` or `refusals`: an id would make names that no two runs share. */
const kindOf = (stream: string): string => stream.split('#')[0] ?? '';
