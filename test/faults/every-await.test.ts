import { describe, expect, test } from '@jest/globals';
import type { StoredEvent } from '../../lib/domain/event.ts';
import { FAULTS, type Fault } from '../support/faults.ts';
import { checkHistory } from './check-history.ts';
import { issuePath } from './issue-path.ts';
import { play, scenePolicy, scenes } from './scenes.ts';
import { evidenceOf, newWorld, perform } from './world.ts';

const FAULT_NAMES: Readonly<Record<Fault, string>> = {
  refused: 'refused',
  throttled: 'throttled',
  timedOutBefore: 'timed out before the effect',
  timedOutAfter: 'timed out after the effect',
  arrivedLate: 'timed out, and the effect comes later',
  duplicated: 'done twice',
  crashedBefore: 'the process ends before the effect',
  crashedAfter: 'the process ends after the effect',
};

/** Of those that look alike to the broker, one: this is for what the first fault began. */
const SECOND_FAULTS: readonly Fault[] = ['timedOutBefore', 'timedOutAfter', 'arrivedLate', 'crashedAfter'];

/** The four awaits that follow a fault are struck too; of these, which are made of many awaits that are like each other, the next. */
const NEXT_ONLY: ReadonlySet<string> = new Set(['bundle', 'break-glass', 'link', 'lend', 'take back']);

/** Each scene with its awaits, as it goes when all is well: counted, not listed, so that a new await is struck too. */
const acts = await Promise.all(
  scenes.map(async (scene) => {
    const { awaited, code } = await play(scene, newWorld({ policy: scenePolicy }));
    return { scene, awaited, code };
  }),
);

const typesOf = (streams: readonly (readonly StoredEvent[])[]): readonly string[] =>
  streams.flat().map(({ type }) => type);

describe.each(acts)('$scene.name', ({ scene, awaited, code: wellCode }) => {
  const cases = awaited.flatMap((name, at) => FAULTS.map((fault) => ({ name, at, fault, how: FAULT_NAMES[fault] })));

  test.each(cases)(
    '$name ($at), $how: nothing leaves that is not on record, and the ledger tells the truth',
    async ({ at, fault, name }) => {
      const world = newWorld({ policy: scenePolicy });
      const { by, wish, code, given, awaited: went } = await play(scene, world, new Map([[at, fault]]));

      expect([wellCode, 'ledger_unavailable', 'aws_unavailable', 'crashed']).toContain(code);
      if (code !== 'ok') expect(given).toEqual({});
      expect(checkHistory(await evidenceOf(world))).toStrictEqual([]);
      if (isUnresolvedDecision(name, fault)) expect(went).toHaveLength(at + 1);

      // The caller comes back when all is well again.
      const done = typesOf((await evidenceOf(world)).streams);
      const again = await perform(world, by, wish);
      const expected = isDone(wish.use, done) ? (ONCE[wish.use]?.again ?? wellCode) : wellCode;
      const revoked = wish.use === 'credentials' && done.includes('request.revoked');
      expect(again.code).toBe(revoked ? 'revoked' : wellCode === 'revoked' ? 'ok' : expected);
      expect(checkHistory(await evidenceOf(world))).toStrictEqual([]);
    },
  );

  test('any two of these at once: the same laws hold', async () => {
    let runs = 0;
    const further = NEXT_ONLY.has(scene.name) ? 1 : 4;
    for (let first = 0; first < awaited.length; first += 1) {
      for (const fault of FAULTS) {
        // Something that went wrong brings awaits of its own: tries and reads.
        for (let second = first + 1; second <= first + further; second += 1) {
          for (const next of SECOND_FAULTS) {
            const world = newWorld({ policy: scenePolicy });
            const struck = new Map([[first, fault] as const, [second, next] as const]);
            const { code, given } = await play(scene, world, struck);
            const violations = checkHistory(await evidenceOf(world));
            if (violations.length > 0 || (code !== 'ok' && Object.keys(given).length > 0))
              throw new Error(`${String([...struck])}: ${code}; ${violations.join('; ')}`);
            runs += 1;
          }
        }
      }
    }
    expect(runs).toBe(awaited.length * FAULTS.length * further * SECOND_FAULTS.length);
  });
});

/** What is done once, by which events, and what whoever does it again hears. */
const ONCE: Readonly<Record<string, { readonly by: string; readonly times?: number; readonly again: string }>> = {
  deny: { by: 'request.denied', again: 'wrong_status' },
  cancel: { by: 'request.cancelled', again: 'wrong_status' },
  end: { by: 'request.ended', again: 'wrong_status' },
  revoke: { by: 'request.revoked', again: 'wrong_status' },
  extend: { by: 'request.extension_requested', again: 'wrong_status' },
  lift: { by: 'hold.lifted', again: 'not_found' },
  // In the stream of each of the two, and in the caller's own last.
  takeBack: { by: 'delegation.removed', times: 2, again: 'not_found' },
};

const isDone = (use: string, done: readonly string[]): boolean => {
  const { by, times = 1 } = ONCE[use] ?? { by: '', times: Infinity };
  return done.filter((type) => type === by).length >= times;
};

/** After a decision whose write is not resolved nothing further is done; a fact is tried again, and a refusal stands without its record. */
const isUnresolvedDecision = (awaited: string, fault: Fault): boolean =>
  fault !== 'duplicated' && /^ledger\.append (request\..*|credentials\.intended)$/.test(awaited);

describe('the way to a credential goes by its table', () => {
  const STATUSES: Readonly<Record<string, string>> = {
    ok: '200',
    revoked: '403',
    ledger_unavailable: '503',
    aws_unavailable: '503',
    crashed: '--',
  };
  const LETTERS: Readonly<Record<string, string>> = {
    'credentials.intended': 'i',
    'credentials.issued': 'S',
    'credentials.failed': 'F',
    'credentials.unknown': 'U',
    'credentials.withheld': 'W',
    'console.issued': 'C',
    'request.revoked': 'r',
  };

  test.each(issuePath)('$scene: $awaited ($at), $fault: $cell', async ({ scene: name, at, awaited, fault, cell }) => {
    const act = acts.find(({ scene }) => scene.name === name)!;
    expect(act.awaited[at]).toBe(awaited);
    const world = newWorld({ policy: scenePolicy });
    const { code } = await play(act.scene, world, new Map([[at, fault]]));
    const letters = typesOf((await evidenceOf(world)).streams).map((type) => LETTERS[type] ?? '');
    expect(`${STATUSES[code] ?? code} ${letters.join('') || '.'}`).toBe(cell);
  });

  test('the table has every await of the path, and every fault', () => {
    for (const name of ['credentials', 'credentials, by what we sign', 'console', 'credentials, revoked meanwhile']) {
      const { awaited } = acts.find(({ scene }) => scene.name === name)!;
      expect(issuePath.filter(({ scene }) => scene === name)).toHaveLength(awaited.length * FAULTS.length);
    }
  });
});
