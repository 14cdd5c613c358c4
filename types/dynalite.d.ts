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
