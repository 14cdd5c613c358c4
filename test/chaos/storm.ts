import { setTimeout as pause } from 'node:timers/promises';
import { accessPolicy } from '../../lib/config/access.ts';
import { type Account, person } from '../../local/idp/accounts.ts';
import { dynamodbProxy, stsProxy } from '../faults/aws-proxies.ts';
import { type Evidence, newHistory } from '../support/history.ts';
import { laptopPolicy } from '../support/laptop.ts';
import { seededChance } from '../support/memory.ts';
import { type TestStack, startTestStack } from '../support/stack.ts';
import { type Caller, signIn } from './caller.ts';
import { readStreams, verifyExported, wrongLog } from './in-ledger.ts';
import { broken } from './laws.ts';
import { type Board, type Life, asks, decides, guards, watches } from './lives.ts';
import { startWeather } from './weather.ts';

export interface StormOptions {
  readonly seconds: number;
  readonly people: number;
  readonly seed: number;
  /** Told every second or so. */
  readonly onProgress?: (line: string) => void;
}

export interface StormReport {
  readonly calls: number;
  readonly requests: number;
  readonly events: number;
  readonly faults: ReadonlyMap<string, number>;
  readonly kills: number;
  readonly answers: ReadonlyMap<string, number>;
  /** From the end of the faults until a call succeeds at once, all is in the log, and the export verifies. */
  readonly recoveryMs: number;
  readonly violations: readonly string[];
  /** What the laws were checked on. */
  readonly evidence: Evidence;
}

/** What takes longer has not recovered by itself. */
const RECOVERY_BOUND_MS = 180_000;
const KILL_EVERY_MS = 4000;
/** At most: of fifty people without a rest a laptop has minutes of telling left over, and what is measured at the end is the laptop. */
const BETWEEN_MS = 30_000;
const KILLED = ['requests', 'credentials', 'on-ledger-event', 'on-sequence', 'on-schedule', 'audit'];

const count = (counts: Map<string, number>, what: string): void => {
  counts.set(what, (counts.get(what) ?? 0) + 1);
};

/** A whole stack in bad weather, with people in it; then calm, and what the ledger says of it all. */
export const storm = async (options: StormOptions): Promise<StormReport> => {
  const proxies: { close(): Promise<void> }[] = [];
  const cast = castOf(options.people);
  const history = newHistory();
  const answers = new Map<string, number>();
  const chance = seededChance(options.seed);
  let calm: () => void = () => undefined;
  let faults: ReadonlyMap<string, number> = new Map();
  let begin: () => void = () => undefined;
  const stack = await startTestStack({
    accounts: cast.map(({ account }) => account),
    ledgerStreamIntervalMs: 500,
    between: async (endpoint) => {
      const [dynamodb, others] = await Promise.all([dynamodbProxy(endpoint), stsProxy(endpoint)]);
      proxies.push(dynamodb, others);
      begin = () => {
        const onOrder = (requestId: string): void => {
          history.add({ kind: 'ordered', call: 0, requestId });
        };
        const weather = startWeather({ dynamodb, others, fraction: () => chance.fraction(), onOrder });
        ({ faults } = weather);
        calm = () => {
          weather.calm();
        };
      };
      return { dynamodb: dynamodb.endpoint, others: others.endpoint };
    },
  });
  try {
    const callers = await Promise.all(
      cast.map(({ account }, index) => {
        const own = seededChance(options.seed + 1 + index);
        return signIn({
          ...{ origin: stack.origin, history, idToken: () => stack.oidc.idToken(account.id) },
          fraction: () => own.fraction(),
          onAnswer: (answer) => {
            count(answers, answer);
          },
        });
      }),
    );
    begin();
    const { kills, requests } = await rage(stack, options, {
      cast,
      callers,
      history,
      fraction: () => chance.fraction(),
    });
    calm();
    const { recoveryMs, wrong } = await recover(stack, callers[0]);
    const { policy } = accessPolicy(laptopPolicy({ issuer: stack.oidc.issuer, samlEntityId: stack.saml.entityId }));
    const evidence = { entries: history.entries, streams: await readStreams(stack), policy };
    return {
      ...{ calls: [...answers.values()].reduce((sum, each) => sum + each, 0), requests, faults, kills, answers },
      ...{ recoveryMs, evidence, events: evidence.streams.flat().length },
      violations: [...wrong, ...broken(evidence)],
    };
  } finally {
    calm();
    await stack.close();
    await Promise.all(proxies.map((proxy) => proxy.close()));
  }
};

interface Actor {
  readonly account: Account;
  readonly life: Life;
}

/** Most ask; one in six decides, and one in twelve each guards and watches, one of them at least. */
const castOf = (people: number): readonly Actor[] => {
  const some = (share: number): number => Math.max(1, Math.floor(people * share));
  const group = (name: string, size: number, groups: readonly string[], life: Life): readonly Actor[] =>
    Array.from({ length: size }, (_, index) => ({
      account: person(`${name}${index}@example.com`, `${name} ${index}`, groups),
      life,
    }));
  const [approvers, guardians, auditors] = [some(1 / 6), some(1 / 12), some(1 / 12)];
  const rest = Math.max(1, people - approvers - guardians - auditors);
  return [
    ...group('engineer', rest, ['engineering', 'sre'], asks),
    ...group('approver', approvers, ['sre-leads'], decides),
    ...group('security', guardians, ['security'], guards),
    ...group('auditor', auditors, ['auditors'], watches),
  ];
};

interface Raging {
  readonly cast: readonly Actor[];
  readonly callers: readonly Caller[];
  readonly history: Evidence;
  readonly fraction: () => number;
}

/** Everybody lives until the time is over, while functions are killed and what is due by the clock is done. */
const rage = async (
  stack: TestStack,
  { seconds, onProgress = () => undefined }: StormOptions,
  { cast, callers, history, fraction }: Omit<Raging, 'history'> & { readonly history: Pick<Evidence, 'entries'> },
): Promise<{ readonly kills: number; readonly requests: number }> => {
  const beganMs = performance.now();
  const leftMs = (): number => Math.max(0, seconds * 1000 - (performance.now() - beganMs));
  const isOver = (): boolean => leftMs() === 0;
  const board: Board = { requestIds: [], isOver };
  let kills = 0;
  const live = async (me: Caller | undefined, life: Life): Promise<void> => {
    while (me && !isOver()) {
      await life(me, board);
      await pause(Math.min(me.fraction() * BETWEEN_MS, leftMs()));
    }
  };
  const kill = async (): Promise<void> => {
    while (!isOver()) {
      await pause(KILL_EVERY_MS * (0.5 + fraction()));
      await stack.kill(KILLED[Math.floor(fraction() * KILLED.length)] ?? '');
      kills += 1;
    }
  };
  const clocks = async (): Promise<void> => {
    while (!isOver()) {
      await pause(1000);
      onProgress(
        `${(leftMs() / 1000).toFixed(0)} s left, ${board.requestIds.length} requests, ${history.entries.length} entries`,
      );
      // A run that is cut short is nobody's answer; what it left has to be there by the end all the same.
      await Promise.allSettled([stack.schedule.run(), stack.checkpoints.run(), stack.exports.run()]);
    }
  };
  await Promise.all([kill(), clocks(), ...callers.map((me, index) => live(me, cast[index]?.life ?? watches))]);
  return { kills, requests: board.requestIds.length };
};

/** Nothing is repaired: the streams, queues and schedules go on as they always do, only sooner. */
const recover = async (
  stack: TestStack,
  probe: Caller | undefined,
): Promise<{ readonly recoveryMs: number; readonly wrong: readonly string[] }> => {
  const beganMs = performance.now();
  for (;;) {
    const heard = await probe?.ask({ use: 'list', method: 'GET', path: '/v1/requests' });
    const followed = [
      tried('the stream', stack.ledgerStream.poll),
      ...stack.queues.map(({ poll }) => tried('a queue', poll)),
    ];
    const failing = [
      ...(await Promise.all(followed)).flat(),
      ...(await tried('on-schedule', stack.schedule.run)),
      ...(await tried('the stream', stack.ledgerStream.poll)),
      ...(await tried('on-checkpoint', stack.checkpoints.run)),
      ...(await tried('on-export', stack.exports.run)),
    ];
    const streams = await readStreams(stack);
    const { events, wrong } = await verifyExported(stack);
    const logged = streams.flat().flatMap(({ type, data }) => (type === 'log.extended' ? data.entries : [])).length;
    const faults = [
      ...(heard?.status === 200 ? [] : ['nobody is answered']),
      ...failing,
      ...wrongLog(streams),
      ...wrong,
      ...(events === logged ? [] : [`the export has ${events} of ${logged} events of the log`]),
    ];
    const recoveryMs = performance.now() - beganMs;
    if (recoveryMs > RECOVERY_BOUND_MS) return { recoveryMs, wrong: ['not recovered in time', ...faults.slice(0, 5)] };
    if (faults.length === 0) return { recoveryMs, wrong: [] };
    await pause(250);
  }
};

/** What fails is done again in the next round; it has to succeed in the last one. */
const tried = async (what: string, work: () => Promise<void>): Promise<readonly string[]> => {
  try {
    await work();
    return [];
  } catch (error) {
    return [`${what} fails: ${String(error)}`];
  }
};
