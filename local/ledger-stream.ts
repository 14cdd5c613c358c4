import { DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import { inTurns } from './in-turns.ts';
import { type Item, type Told, changesSince, keyOf, toldOf } from './ledger-stream/changes.ts';
import { tellerOf } from './ledger-stream/teller.ts';
import { readTold, writeTold } from './ledger-stream/told-file.ts';

/** A function that is called with the ledger's changes, whatever becomes of the others. */
export interface LedgerConsumer {
  /** Calls the function with an event as Lambda makes it of a table's stream. */
  readonly invoke: (event: unknown) => Promise<unknown>;
  /** So many records a call. */
  readonly batchSize: number;
  /** Whether a change that fails again and again is left alone. */
  readonly givesUp: boolean;
  /** Keeps what was told, so that a change that is made while all is down is noticed at the next start. */
  readonly file: string;
  readonly log: (line: string) => void;
}

export interface LedgerStreamOptions {
  /** The bare embedded DynamoDB, which has no streams of its own. */
  readonly endpoint: string;
  readonly table: string;
  readonly consumers: readonly LedgerConsumer[];
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

/** Stands in for the stream of the ledger's table: looks what is there, and tells each function what became different for it. */
export const startLedgerStream = async (options: LedgerStreamOptions): Promise<LedgerStream> => {
  const { endpoint, table, intervalMs, log, clock = () => new Date() } = options;
  const client = new DynamoDBClient({ endpoint, region: 'eu-west-1', credentials: LOCAL });
  const atStart = await allItems(client, table);
  const consumers = await Promise.all(options.consumers.map((consumer) => consuming(consumer, atStart)));
  let lookMs = 0;
  const look = async (): Promise<void> => {
    const beganMs = performance.now();
    const items = await allItems(client, table);
    lookMs = performance.now() - beganMs;
    for (const consumer of consumers) consumer.show(items, clock());
  };
  const turns = inTurns(look, {
    intervalMs: intervalMs === undefined ? undefined : () => Math.max(intervalMs, lookMs * INTERVAL_PER_LOOK),
    onFailure: (error) => {
      log(`the ledger cannot be looked at: ${String(error)}`);
    },
  });
  const allTold = async (): Promise<void> => {
    await Promise.all(consumers.map((consumer) => consumer.told()));
  };
  return {
    poll: async () => {
      await turns.now();
      await allTold();
    },
    close: async () => {
      await turns.close();
      await allTold();
      client.destroy();
    },
  };
};

/** One that is still being told does not keep the others waiting: it comes to what was seen last when it is done. */
const consuming = async (consumer: LedgerConsumer, atStart: readonly Item[]) => {
  const { file, log } = consumer;
  const told = (await readTold(file)) ?? beginning(atStart);
  await writeTold(file, told);
  const teller = tellerOf({ ...consumer, told });
  let seen: { readonly items: readonly Item[]; readonly at: Date } | undefined;
  let telling: Promise<void> | undefined;
  const tell = async (): Promise<void> => {
    while (seen) {
      const { items, at } = seen;
      seen = undefined;
      await teller(changesSince(told, items, at)).catch((error: unknown) => {
        log(`the ledger's changes were not told: ${String(error)}`);
      });
    }
    telling = undefined;
  };
  return {
    show: (items: readonly Item[], at: Date): void => {
      seen = { items, at };
      telling ??= tell();
    },
    told: (): Promise<void> => telling ?? Promise.resolve(),
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
