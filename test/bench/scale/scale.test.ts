import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type TestDynamoDb, startDynamoDb } from '../../support/dynamodb.ts';
import { fill, overHttp } from './fill.ts';
import { type Measured, dearer, measure } from './measure.ts';

/** With fewer, the shards of a month, of which everybody's list is merged, hold less than a page each. */
const SIZES = [1000, 1500] as const;
const EVENTS_EACH = 2;

let databases: readonly TestDynamoDb[];
let few: Measured['reads'];
let many: Measured['reads'];

beforeAll(async () => {
  databases = await Promise.all(SIZES.map(() => startDynamoDb()));
  const measured = [];
  for (const [at, database] of databases.entries()) {
    const to = SIZES[at] ?? 0;
    await fill(overHttp(database), { from: 0, to, eventsEach: EVENTS_EACH });
    measured.push((await measure(database, to)).reads);
  }
  [few = {}, many = {}] = measured;
});
afterAll(async () => {
  await Promise.all(databases.map((database) => database.close()));
});

test('pages and reads ask no more of half as many requests again, and scan nothing', () => {
  expect(dearer(few, many)).toStrictEqual([]);
  expect(Object.keys(many)).toHaveLength(9);
  expect(Object.values(many).every(({ units }) => units > 0)).toBe(true);
});

test('a scan, another command and another read unit are each found', () => {
  const page = { commands: { QueryCommand: 1 }, units: 2 };
  expect(dearer({ page }, { page })).toStrictEqual([]);
  expect(dearer({ page }, { page: { ...page, units: 2.5 } })).toHaveLength(1);
  expect(dearer({ page }, { page: { ...page, commands: { QueryCommand: 2 } } })).toHaveLength(1);
  expect(dearer({ page }, { page: { ...page, commands: { ScanCommand: 1 } } })).toHaveLength(2);
});
