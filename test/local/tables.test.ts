import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startDynamoDb } from '../../local/tables.ts';
import type { TableResource } from '../../local/template.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hatcheck-tables-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const index = (name: string) => ({
  IndexName: name,
  KeySchema: [{ AttributeName: 'due', KeyType: 'HASH' as const }],
  Projection: { ProjectionType: 'ALL' as const },
});

const table = (...indexes: readonly string[]): TableResource => ({
  arn: 'arn:aws:dynamodb:eu-west-1:777788889999:table/index',
  createTable: {
    TableName: 'index',
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: ['pk', ...(indexes.length > 0 ? ['due'] : [])].map((AttributeName) => ({
      AttributeName,
      AttributeType: 'S',
    })),
    KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
    ...(indexes.length > 0 ? { GlobalSecondaryIndexes: indexes.map(index) } : {}),
  },
});

test('tables are kept from one start to the next, and one of an earlier version says how to go on', async () => {
  const start = (...indexes: readonly string[]) => startDynamoDb(0, folder, [table(...indexes)]);
  await (await start('byDue')).close();
  await (await start('byDue')).close();
  await expect(start('byDue', 'byNight')).rejects.toThrow(/byNight.*--fresh/);
  await (await start('byDue')).close();
});
