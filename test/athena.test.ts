import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { canonicalOf, seal } from '../lib/broker/chain.ts';
import { exportLog } from '../lib/broker/export/export-log.ts';
import { certain } from '../lib/domain/invariant.ts';
import type { RecordedEvent, StoredEvent } from '../lib/domain/event.ts';
import { NOON, engineer, intended, recorded, submitted } from './support/builders.ts';
import { exportScene } from './unit/broker/export/scene.ts';

const ddl = readFileSync(new URL('../docs/audit-athena.sql', import.meta.url), 'utf8');
const page = readFileSync(new URL('../docs/athena.md', import.meta.url), 'utf8');

const statement = (name: string): string =>
  certain(
    ddl.split(/;\n/).find((each) => new RegExp(`CREATE (EXTERNAL TABLE|OR REPLACE VIEW) ${name}\\b`).test(each)),
    name,
  );
/** Name and type, in order. */
const columns = (table: string): readonly [string, string][] =>
  [
    ...certain(/\(\n(.*?)\n\)\nPARTITIONED/s.exec(statement(table))?.[1], table).matchAll(
      /^ {2}`(\w+)` ([^,\n]+),?$/gm,
    ),
  ].map(([, name = '', type = '']) => [name, type]);
const setting = (table: string, name: string): string =>
  certain(new RegExp(`'${name.replaceAll('.', '\\.')}' = '([^']*)'`).exec(statement(table))?.[1], name);

const TYPES: Readonly<Record<string, (value: unknown) => boolean>> = {
  bigint: (value) => Number.isSafeInteger(value),
  string: (value) => typeof value === 'string',
  'array<string>': (value) => Array.isArray(value) && value.every((each) => typeof each === 'string'),
};

describe.each([
  ['hatcheck_events', 'events/'],
  ['hatcheck_checkpoints', 'checkpoints/'],
])('the table %s', (table, folder) => {
  let rows: readonly (readonly [name: string, row: Readonly<Record<string, unknown>>])[];
  beforeAll(async () => {
    const scene = exportScene();
    for (let days = 0; days < 3; days += 1) {
      scene.extend(3);
      scene.checkpoint();
      scene.clock.advance(86_400);
    }
    await exportLog(scene.exporter, { remainingMs: () => 100_000 });
    rows = Object.entries(scene.contents())
      .filter(([name]) => name.startsWith(folder))
      .flatMap(([name, content]) =>
        content
          .trimEnd()
          .split('\n')
          .map((line) => [name, JSON.parse(line) as Record<string, unknown>] as const),
      );
  });

  test('has the members of what is exported, in their order, of their types', () => {
    expect(rows.length).toBeGreaterThan(2);
    for (const [, row] of rows) {
      expect(Object.keys(row)).toEqual(columns(table).map(([name]) => name));
      for (const [name, type] of columns(table)) expect([name, TYPES[type]?.(row[name])]).toEqual([name, true]);
    }
  });

  test('finds every file by its day, and by no other', () => {
    expect(setting(table, 'projection.dt.format')).toBe('yyyy-MM-dd');
    const template = setting(table, 'storage.location.template').replace('s3://EXPORT-BUCKET/', '');
    const days = ['2026-11-22', '2026-11-23', '2026-11-24'];
    const found = days.map((day) => rows.filter(([name]) => name.startsWith(template.replace('${dt}', day))).length);
    expect(found).toEqual(days.map(() => rows.length / 3));
    expect(statement(table)).toContain(`LOCATION 's3://EXPORT-BUCKET/${folder}'`);
    const [from = '', to] = setting(table, 'projection.dt.range').split(',');
    expect([Date.parse(from) < Date.parse('2026-11-22'), to]).toEqual([true, 'NOW']);
  });
});

describe('the views', () => {
  const stream = 'request#r_1';
  const sealed = (events: readonly RecordedEvent[]): readonly StoredEvent[] =>
    events.reduce<StoredEvent[]>((before, event) => [...before, seal(before.at(-1), stream, event)], []);
  const life = sealed([
    {
      ...submitted({ ticket: 'OPS-1', breakGlass: { reviewBy: NOON, reviewers: { groups: ['okta:security'] } } }),
      policy: 'v',
    },
    intended(NOON),
    recorded(
      'credentials.issued',
      { intent: 'x', accessKeyId: 'ASIAIOSFODNN7EXAMPLE', expiration: NOON },
      { by: engineer, at: NOON },
    ),
  ]);

  test('ask an event only for what one of its kind has', () => {
    const paths = [...ddl.matchAll(/json_extract(?:_scalar)?\(([\w.]*)canonical, '\$\.([\w.]+)'\)/g)].map(
      ([, alias = '', path = '']) => [alias, path] as const,
    );
    expect(paths.length).toBeGreaterThan(15);
    const texts = life.map((event): unknown => JSON.parse(canonicalOf(event)));
    const at = (value: unknown, path: string): unknown =>
      path.split('.').reduce<unknown>((part, name) => (part as Record<string, unknown> | undefined)?.[name], value);
    const kindOf = { 'issued.': 'credentials.issued', 'intended.': 'credentials.intended' } as const;
    const missing = paths.filter(([alias, path]) => {
      const type = alias === '' ? 'request.submitted' : kindOf[alias as keyof typeof kindOf];
      return (
        at(
          texts.find((text) => at(text, 'type') === type),
          path,
        ) === undefined
      );
    });
    expect(missing).toStrictEqual([]);
  });

  test('find a text sound by the hash that the line has', () => {
    expect(ddl).toContain("replace(to_base64url(sha256(to_utf8(canonical))), '=', '') = hash AS sound");
    const event = certain(life[0], 'it was asked for');
    const digest = createHash('sha256')
      .update(Buffer.from(canonicalOf(event), 'utf8'))
      .digest('base64');
    // Trino's to_base64url: the other alphabet, and padded.
    const inTrino = digest.replaceAll('+', '-').replaceAll('/', '_');
    expect(inTrino.replace('=', '')).toBe(event.hash);
  });
});

describe('the queries of the page', () => {
  const queries = [...page.matchAll(/```sql\n(.*?)```/gs)].map(([, text = '']) => text);
  const viewColumns = (view: string): readonly string[] =>
    certain(/SELECT\n(.*?)\nFROM/s.exec(statement(view))?.[1], view)
      .split(/,\n(?! {4})/)
      .map((part) => certain(/(?:AS )?[\w.]*?"?(\w+)"?$/.exec(part.trim())?.[1], part));
  const known = new Map([
    ...['hatcheck_events', 'hatcheck_checkpoints'].map(
      (name) => [name, [...columns(name).map(([each]) => each), 'dt']] as const,
    ),
    ...['hatcheck_event', 'hatcheck_request', 'hatcheck_session'].map((name) => [name, viewColumns(name)] as const),
  ]);

  test('there are some', () => {
    expect(queries).toHaveLength(3);
  });

  test.each(queries)('name columns that are there, and a day: %#', (query) => {
    const aliases = new Map(
      [...query.matchAll(/(?:FROM|JOIN) (hatcheck_\w+) (\w)\b(?!\w)/g)].map(([, table = '', alias = '']) => [
        alias,
        table,
      ]),
    );
    const used = [...query.matchAll(/\b([a-z])\."?(\w+)"?/g)].filter(([, alias = '']) => aliases.has(alias));
    const missing = used.filter(([, alias = '', name = '']) => !known.get(aliases.get(alias) ?? '')?.includes(name));
    expect(missing.map(([text]) => text)).toStrictEqual([]);
    for (const each of query.split(';').filter((part) => part.trim() !== ''))
      expect(each).toMatch(/\bdt (>=|BETWEEN) '/);
  });
});
