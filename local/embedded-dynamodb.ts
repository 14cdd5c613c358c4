import dynalite from 'dynalite';
import { closeServer, listenOnLoopback } from './gateway/loopback.ts';

export interface EmbeddedDynamoDb {
  /** Checks nothing itself: on the laptop only the local AWS should be told of it. */
  readonly endpoint: string;
  readonly close: () => Promise<void>;
}

/** The embedded DynamoDB on 127.0.0.1; its tables are kept in `folder`, or in memory without one. */
export const serveDynamoDb = async (port: number, folder?: string): Promise<EmbeddedDynamoDb> => {
  const place = folder === undefined ? {} : { path: folder };
  const server = dynalite({ ...place, createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  // A connection that it closes after five idle seconds is one that its client may just be taking again, and then is reset.
  server.keepAliveTimeout = 0;
  const listening = await listenOnLoopback(server, port);
  return { endpoint: `http://127.0.0.1:${listening}`, close: () => closeServer(server) };
};
