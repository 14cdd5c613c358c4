import { GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import * as z from 'zod/mini';
import type { ExportPosition, ExportPositions } from '../broker/export/ports.ts';
import type { DynamoTable } from './ledger.ts';
import { orUnavailable } from './unavailable.ts';

const KEY = { pk: { S: 'export' }, sk: { S: 'position' } };

const count = z.pipe(
  z.pipe(
    z.object({ N: z.string() }),
    z.transform(({ N }) => Number(N)),
  ),
  z.int().check(z.minimum(0)),
);
const position = z.object({ checkpoint: count, log: count, part: count });

/** In the index table, which may be lost: one item. What cannot be read there counts as none. */
export const dynamoExportPositions = ({ client, table }: DynamoTable): ExportPositions => ({
  read: async () => {
    const { Item } = await orUnavailable(
      'the position of the export cannot be read',
      client.send(new GetItemCommand({ TableName: table, Key: KEY, ConsistentRead: true })),
    );
    return position.safeParse(Item).data;
  },

  write: async (now: ExportPosition) => {
    const members = Object.entries(now).map(([name, value]) => [name, { N: String(value) }] as const);
    await orUnavailable(
      'the position of the export cannot be written',
      client.send(new PutItemCommand({ TableName: table, Item: { ...KEY, ...Object.fromEntries(members) } })),
    );
  },
});
