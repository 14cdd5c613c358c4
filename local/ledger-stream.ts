import { DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import { inTurns } from './in-turns.ts';
import { type Item, type Told, changesSince, keyOf, toldOf } from './ledger-stream/changes.ts';
import { tellerOf } from './ledger-stream/teller.ts';
import { readTold, writeTold } from './ledger-stream/told-file.ts';

export interface LedgerStreamOptions {
  /** The bare embedded DynamoDB, which has no streams of its own. */
  readonly endpoint: string;
  readonly table: string;
  /** Calls the function with an event as Lambda makes it of a table's stream. */
  readonly invoke: (event: unknown) => Promise<unknown>;
  /** So many records a call. */
  readonly batchSize: number;
  /** Keeps what was told, so that a change that is made while all is down is noticed at the next start. */
  readonly file: string;
  /** From one look to the next, or longer where looking takes long. Without it only `poll` looks. */
  readonly intervalMs?: number | undefined;
  readonly clock?: () => Date;
  readonly log: (line: string) => void;
}

export interface LedgerStream {
  /** Looks once. Whatever was in the ledger when it was called has been told when it is done, or has failed and is told again. */
  poll(): Promise<void>;
  close(): Promise<void>;
}

/** Looking must not be most of what the laptop does. */
const INTERVAL_PER_LOOK = 20;

/** Stands in for the stream of the ledger's table: looks what is there, and tells the function what became different. */
export const startLedgerStream = async (options: LedgerStreamOptions): Promise<LedgerStream> => {
  const { endpoint, table, file, intervalMs, log, clock = () => new Date() } = options;
  const client = new DynamoDBClient({ endpoint, region: 'eu-west-1', credentials: LOCAL });
  const told = (await readTold(file)) ?? beginning(await allItems(client, table));
  await writeTold(file, told);
  const teller = tellerOf({ ...options, told });
  let lookMs = 0;
  const look = async (): Promise<void> => {
    const beganMs = performance.now();
    const items = await allItems(client, table);
    lookMs = performance.now() - beganMs;
    await teller(changesSince(told, items, clock()));
  };
  const turns = inTurns(look, {
    intervalMs: intervalMs === undefined ? undefined : () => Math.max(intervalMs, lookMs * INTERVAL_PER_LOOK),
    onFailure: (error) => {
      log(`the ledger cannot be looked at: ${String(error)}`);
    },
  });
  return {
    poll: turns.now,
    close: async () => {
      await turns.close();
      client.destroy();
    },
  };
};

const LOCAL = { accessKeyId: 'local', secretAccessKey: 'local' };

const allItems = async (client: DynamoDBClient, table: string): Promise<Item[]> => {
  const items: Item[] = [];
  for await (const { Items = [] } of paginateScan({ client }, { TableName: table, ConsistentRead: true }))
    items.push(...Items);
  return items;
};

/** What is there before anything was ever told counts as told. */
const beginning = (items: readonly Item[]): Map<string, Told> =>
  new Map(items.map((item) => [keyOf(item), toldOf(item, 1)]));
