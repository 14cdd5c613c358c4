/** dynalite ships no types; these are the parts that are used here. */
declare module 'dynalite' {
  import type { Server } from 'node:http';

  interface DynaliteOptions {
    /** A folder for the tables; in memory without it. */
    path?: string;
    /** How long a table stays in CREATING, in milliseconds; 500 without it. */
    createTableMs?: number;
    deleteTableMs?: number;
    updateTableMs?: number;
    maxItemSizeKb?: number;
    verbose?: boolean;
    debug?: boolean;
  }

  /** An HTTP server, not yet listening, that speaks DynamoDB and checks no signatures. */
  export default function dynalite(options?: DynaliteOptions): Server;
}

/** What dynalite keeps its tables in, where a test has more items than would come over HTTP in its time. */
declare module 'dynalite/db/index.js' {
  import type { AttributeValue } from '@aws-sdk/client-dynamodb';

  namespace store {
    type Item = Record<string, AttributeValue>;
    type Done = (error?: Error | null) => void;

    interface Table {
      readonly TableName: string;
      readonly GlobalSecondaryIndexes?: readonly object[];
    }

    interface Put {
      readonly type: 'put';
      readonly key: string;
      readonly value: Item;
    }

    interface Part {
      batch(puts: readonly Put[], done: Done): void;
    }

    interface Store {
      getTable(name: string, done: (error?: Error | null, table?: Table) => void): void;
      getItemDb(table: string): Part;
      getIndexDb(type: 'Global', table: string, index: string): Part;
      readonly lifecycleManager: { gracefulClose(done: Done): void };
    }
  }

  const store: {
    create(options: { readonly path: string }): store.Store;
    createKey(item: store.Item, table: store.Table): string;
    getIndexActions(
      indexes: readonly object[],
      existing: undefined,
      item: store.Item,
      table: store.Table,
    ): { readonly puts: readonly { readonly index: string; readonly key: string; readonly item: store.Item }[] };
  };
  export = store;
}
