import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { METRICS, createMeter } from '../../lib/metrics.ts';
import { emfFaults } from '../support/emf.ts';
import { recordingMeter } from '../support/meter.ts';
import { standardOutputOf } from './standard-output.ts';

describe('a metric line', () => {
  test('is what CloudWatch reads: a namespace, one dimension, names with units, and their values', () => {
    const { meter, text, documents } = recordingMeter('credentials');
    meter.put('ReadLedger', 3.5);
    meter.put('ReadLedger', 4);
    meter.put('OpenSession', 120);
    meter.flush();
    expect(text().split('\n')).toHaveLength(2);
    expect(documents()).toEqual([
      {
        _aws: {
          Timestamp: Date.parse('2026-11-22T10:00:00.000Z'),
          CloudWatchMetrics: [
            {
              Namespace: 'hatcheck/test',
              Dimensions: [['Function']],
              Metrics: [
                { Name: 'ReadLedger', Unit: 'Milliseconds' },
                { Name: 'OpenSession', Unit: 'Milliseconds' },
              ],
            },
          ],
        },
        Function: 'credentials',
        ReadLedger: [3.5, 4],
        OpenSession: [120],
      },
    ]);
  });

  test('is written once for each value of a dimension, and says nothing twice', () => {
    const { meter, documents } = recordingMeter('requests');
    meter.put('Refusals', 1, 'not_found');
    meter.put('Refusals', 1, 'on_hold');
    meter.put('Refusals', 1, 'not_found');
    meter.flush();
    meter.flush();
    expect(documents().map(({ Code, Refusals }) => [Code, Refusals])).toEqual([
      ['not_found', [1, 1]],
      ['on_hold', [1]],
    ]);
  });

  test('is written before a metric has more values than CloudWatch takes', () => {
    const { meter, documents } = recordingMeter('on-ledger-event');
    for (let times = 0; times < 250; times += 1) meter.put('Events', 1, 'request.submitted');
    meter.flush();
    expect(documents().map(({ Events }) => Array.isArray(Events) && Events.length)).toEqual([100, 100, 50]);
    expect(documents().flatMap(emfFaults)).toStrictEqual([]);
  });

  test.each(Object.keys(METRICS))('of %s is valid', (name) => {
    const { meter, documents } = recordingMeter('requests');
    const { by } = METRICS[name as keyof typeof METRICS];
    meter.put(name as 'Events', 1, ...(by === 'Function' ? ([] as never) : (['request.submitted'] as const)));
    meter.flush();
    expect(documents().flatMap(emfFaults)).toStrictEqual([]);
  });

  test.each([
    ['a handle', 'p_Fz7mE0j3qkW1XyVbN9aLrT5cQdHuSgIoKpMeBvCxZ4w'],
    ['the id of an event', '01KAF0VZ4M8S6Q2Y7R3T5X9BCD'],
    ['the id of a request', 'r_7GQ4ZKX2M5N3B6V7C4D5E2F3AH'],
    ['a sentence', 'The queue is stuck'],
    ['an address', 'engineer@example.com'],
    ['nothing', ''],
  ])('never has %s for a dimension, whatever it is given', (_what, value) => {
    const { meter, text, documents } = recordingMeter('requests');
    meter.put('Refusals', 1, value as 'not_found');
    meter.flush();
    expect(documents()).toMatchObject([{ Code: 'other', Refusals: [1] }]);
    if (value !== '') expect(text()).not.toContain(value);
  });
});

test('docs/operations.md tells of each, in order, with its unit and its dimension', () => {
  const rows = [...readFileSync('docs/operations.md', 'utf8').matchAll(/^\| `(\w+)` \| (\w+) \| `(\w+)` \| \S/gm)];
  expect(rows.map(([, name, unit, by]) => ({ name, unit, by }))).toEqual(
    Object.entries(METRICS).map(([name, metric]) => ({ name, ...metric })),
  );
});

test('without anything given it writes to standard output', () => {
  const written = standardOutputOf(() => {
    const meter = createMeter('requests', { stage: 'test' });
    meter.put('Faults', 1);
    meter.flush();
  });
  expect(JSON.parse(written)).toMatchObject({ Function: 'requests', Faults: [1] });
});

describe('what CloudWatch would not read is found', () => {
  const valid = () => {
    const { meter, documents } = recordingMeter('requests');
    meter.put('Faults', 1);
    meter.flush();
    return structuredClone(documents()[0]!);
  };

  test.each<[string, (document: ReturnType<typeof valid>) => void]>([
    ['no timestamp', (document) => void (document['_aws'] = { CloudWatchMetrics: [] })],
    ['no value', (document) => void Reflect.deleteProperty(document, 'Faults')],
    ['no dimension', (document) => void Reflect.deleteProperty(document, 'Function')],
    ['a value that is text', (document) => void (document['Faults'] = '1')],
    ['101 values', (document) => void (document['Faults'] = Array.from({ length: 101 }, () => 1))],
    ['a dimension that is a number', (document) => void (document['Function'] = 1)],
  ])('%s', (_what, breaking) => {
    const document = valid();
    expect(emfFaults(document)).toStrictEqual([]);
    breaking(document);
    expect(emfFaults(document)).not.toStrictEqual([]);
  });
});
