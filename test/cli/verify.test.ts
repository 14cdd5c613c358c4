import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type FirstBad, verdictOn } from '../../cli/audit/verify.ts';
import { seal } from '../../lib/broker/chain.ts';
import type { RecordedEvent, StoredEvent } from '../../lib/domain/event.ts';
import { approved, approver, engineer, intended, noon, recorded, submitted } from '../support/builders.ts';
import { type Run, hatcheck } from './run.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hatcheck-verify-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const sealedIn = (stream: string, events: readonly RecordedEvent[]): readonly StoredEvent[] =>
  events.reduce<readonly StoredEvent[]>((before, event) => [...before, seal(before.at(-1), stream, event)], []);

const idOf = (letter: string): string => `r_${letter.repeat(26)}`;

/** As `hatcheck audit export` writes it: five events of the request, two refusals between them. */
const exported = (letter: string) => {
  const id = idOf(letter);
  const intent = intended(noon(60));
  const became = { intent: intent.eventId, accessKeyId: 'ASIA1', expiration: noon(960) };
  const issued = recorded('credentials.issued', became, { by: engineer, at: noon(61) });
  const ended = recorded('request.ended', {}, { by: engineer, at: noon(90) });
  const refusal = (seconds: number): RecordedEvent =>
    recorded('request.cancelled', {}, { by: engineer, at: noon(seconds) });
  const events = [
    ...sealedIn(`request#${id}`, [submitted(), approved(approver, noon(2)), intent, issued, ended]),
    ...sealedIn(`refusals#${id}`, [refusal(1), refusal(70)]),
  ].sort((a, b) => a.at.localeCompare(b.at));
  return { request: { id, seq: 4, justification: 'anything' }, events };
};

const [first, second] = [exported('A'), exported('B')];
const places = second.events.map((_, index) => index);

const write = (...lines: readonly unknown[]): string => {
  const path = join(folder, 'record.ndjson');
  writeFileSync(path, lines.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join(''));
  return path;
};
const verify = (...lines: readonly unknown[]): Promise<Run> =>
  hatcheck(['audit', 'verify', write(...lines), '--json'], {});
const badIn = async (events: readonly unknown[]): Promise<FirstBad | undefined> => {
  const { firstBad, ...before } = await verdictOn(write(first, { ...second, events }));
  expect(before).toEqual({ requests: 1, events: 7 });
  return firstBad;
};
const placeOf = (index: number) => {
  const { stream, seq } = second.events[index]!;
  return { line: 2, stream, seq };
};

describe('hatcheck audit verify', () => {
  test('says that an export is as it was written, and how much of it there is', async () => {
    const { code, stdout } = await verify(first, second);
    expect([code, JSON.parse(stdout)]).toEqual([0, { ok: true, requests: 2, events: 14 }]);
  });

  test('says it to a person, with the place, and where to read what it does not show', async () => {
    const ok = await hatcheck(['audit', 'verify', write(first)], {});
    expect([ok.code, ok.stdout]).toEqual([0, expect.stringContaining('1 request, 7 events')]);
    const bad = await hatcheck(['audit', 'verify', write(first, first)], {});
    expect([bad.code, bad.stdout]).toEqual([1, expect.stringContaining(`line 2, request#${idOf('A')}, seq 0`)]);
    expect((await hatcheck(['audit', 'verify', '--help'], {})).stdout).toContain('What a file cannot show');
  });

  test.each(places)('names the event that was altered, at %i', async (index) => {
    const altered = second.events.with(index, { ...second.events[index]!, eventId: 'other' });
    expect(await badIn(altered)).toEqual({ ...placeOf(index), what: 'altered' });
  });

  // Of the refusals nobody says how many there were: the last may be left out.
  test.each(places.filter((index) => placeOf(index).stream.startsWith('request#') || placeOf(index).seq === 0))(
    'names the event that was dropped, at %i, the last of the request too',
    async (index) => {
      const bad = await badIn(second.events.toSpliced(index, 1));
      expect(bad).toEqual({ ...placeOf(index), what: 'dropped' });
    },
  );

  test.each(places.slice(1))('finds an event that changed places with the one before it, at %i', async (index) => {
    const [before, event] = [second.events[index - 1]!, second.events[index]!];
    const bad = await badIn(second.events.with(index - 1, event).with(index, before));
    expect(bad).toEqual({ ...placeOf(index - 1), what: 'reordered' });
  });

  test.each([...places, places.length])('finds an event of another request that was put in, at %i', async (index) => {
    const bad = await badIn(second.events.toSpliced(index, 0, first.events[0]!));
    expect(bad).toMatchObject({ line: 2, stream: `request#${idOf('B')}`, what: 'added' });
  });

  test('finds that all events of a request were dropped', async () => {
    expect(await badIn([])).toEqual({ line: 2, stream: `request#${idOf('B')}`, seq: 0, what: 'dropped' });
  });

  test('finds a request that stands twice', async () => {
    const { code, stdout } = await verify(first, second, first);
    expect([code, JSON.parse(stdout)]).toMatchObject([1, { firstBad: { line: 3, stream: `request#${idOf('A')}` } }]);
  });

  test('does not see what no chain shows: a request that was left out, and the last refusal', async () => {
    expect(await verdictOn(write(second))).toEqual({ requests: 1, events: 7 });
    const lastRefusal = second.events.findLastIndex(({ stream }) => stream.startsWith('refusals#'));
    const shortened = { ...second, events: second.events.toSpliced(lastRefusal, 1) };
    expect(await verdictOn(write(shortened))).toEqual({ requests: 1, events: 6 });
  });

  test.each([
    ['a member that stands twice', JSON.stringify(second).replace('"seq":4,', '"seq":4,"seq":4,')],
    ['half a line', JSON.stringify(second).slice(0, 400)],
    ['another object', '{"some":"thing"}'],
    ['an empty line', ''],
  ])('does not go by a file that is no export: %s', async (_what, line) => {
    const { code, stdout, stderr } = await verify(first, line);
    expect([code, stdout, JSON.parse(stderr)]).toMatchObject([2, '', { error: { kind: 'usage' } }]);
    expect(stderr).toContain('line 2');
  });

  test('an export that failed and left nothing is not said to be well', async () => {
    expect(await verify()).toMatchObject({ code: 2, stdout: '' });
  });

  test('lines may be longer than what is read at once, end as on Windows, and the last may have no end', async () => {
    const long = { ...first, request: { ...first.request, justification: 'ä'.repeat(1_000_000) } };
    const path = write();
    writeFileSync(path, `${JSON.stringify(long)}\r\n${JSON.stringify(second)}`);
    expect(await verdictOn(path)).toEqual({ requests: 2, events: 14 });
  });

  test.each([
    ['an endless line', Buffer.alloc(17 * 1024 * 1024, ' ')],
    ['text that is no UTF-8', Buffer.from('{"request":"\xff"}\n', 'latin1')],
  ])('no file with %s is gone by', async (_what, bytes) => {
    const path = write();
    writeFileSync(path, bytes);
    await expect(verdictOn(path)).rejects.toMatchObject({ exitCode: 2 });
  });

  test('a file that is not there is wrong usage', async () => {
    expect(await hatcheck(['audit', 'verify', join(folder, 'none')], {})).toMatchObject({ code: 2, stdout: '' });
  });
});
