import { beforeAll, describe, expect, test } from '@jest/globals';
import type { StoredEvent } from '../../lib/domain/event.ts';
import type { Evidence } from '../support/history.ts';
import { broken } from './laws.ts';
import { type StormReport, storm } from './storm.ts';

let report: StormReport;

/** Few people and little time: `npm run chaos` is the long form. */
beforeAll(async () => {
  report = await storm({ seconds: 10, people: 8, seed: 20261122 });
}, 300_000);

const sum = (counts: ReadonlyMap<string, number>): number => [...counts.values()].reduce((all, each) => all + each, 0);

describe('a stack in bad weather, with people in it', () => {
  test('is struck, is asked, gives credentials, and recovers with nothing lost', () => {
    expect(report.violations).toStrictEqual([]);
    expect(sum(report.faults)).toBeGreaterThan(20);
    expect(report.kills).toBeGreaterThan(0);
    expect(
      report.evidence.entries.filter((entry) => entry.kind === 'answered' && entry.given.accessKeyId).length,
    ).toBeGreaterThan(0);
    expect(report.answers.get('201 ok')).toBeGreaterThan(0);
  });
});

/** The evidence with one stream forged. */
const forged = (
  isMeant: (events: readonly StoredEvent[]) => boolean,
  change: (events: readonly StoredEvent[]) => readonly StoredEvent[],
): Evidence => {
  const at = report.evidence.streams.findIndex(isMeant);
  expect(at).not.toBe(-1);
  const streams = report.evidence.streams.map((events, index) => (index === at ? change(events) : events));
  return { ...report.evidence, streams: streams.filter(({ length }) => length > 0) };
};
const has = (type: StoredEvent['type']) => (events: readonly StoredEvent[]) =>
  events.some((event) => event.type === type);
const upTo = (type: StoredEvent['type']) => (events: readonly StoredEvent[]) =>
  events.slice(
    0,
    events.findIndex((event) => event.type === type),
  );
/** What is said, by its first word. */
const laws = (evidence: Evidence): readonly string[] => [
  ...new Set(broken(evidence).map((violation) => violation.split(' ')[0] ?? '')),
];

describe('what is forged in its ledger is found', () => {
  test('credentials that somebody has, and that are in no record', () => {
    expect(laws(forged(has('credentials.issued'), upTo('credentials.issued')))).toContain('I1');
  });
  test('a request that was answered with 201 and is gone', () => {
    expect(laws(forged(has('request.submitted'), () => []))).toContain('I8');
  });
  test('an event that somebody else is said to have written', () => {
    const by = (events: readonly StoredEvent[]) =>
      events.map((event) => ({ ...event, actor: { ...event.actor, handle: 'p_somebody' } }));
    expect(laws(forged(has('credentials.issued'), by))).toContain('I7');
  });
  test('an event that the log has twice', () => {
    const twice = (events: readonly StoredEvent[]) =>
      events.map((event) =>
        event.type === 'log.extended'
          ? { ...event, data: { ...event.data, entries: [...event.data.entries, ...event.data.entries.slice(0, 1)] } }
          : event,
      );
    expect(laws(forged(has('log.extended'), twice))).toContain('the');
  });
  test('an event that the log does not have', () => {
    expect(laws(forged(has('log.extended'), (events) => events.slice(1)))).toContain('not');
  });
  test('an answer of 500', () => {
    const entries = [...report.evidence.entries, { kind: 'answered', call: 1, code: 'internal', given: {} } as const];
    expect(broken({ ...report.evidence, entries }).length).toBeGreaterThan(0);
  });
});
