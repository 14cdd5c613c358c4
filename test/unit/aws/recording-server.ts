import { once } from 'node:events';
import { type IncomingHttpHeaders, type ServerResponse, createServer } from 'node:http';
import { text } from 'node:stream/consumers';

export interface Recorded {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly form: URLSearchParams;
}

export interface RecordingServer {
  /** `http://127.0.0.1:<port>` */
  readonly origin: string;
  readonly calls: readonly Recorded[];
  readonly close: () => Promise<void>;
}

/** What a call is answered with; the last one answers all that follow. */
export type Answer = (response: ServerResponse) => unknown;

/** Stands in for an AWS endpoint on loopback, and records what was sent to it. */
export const recordingServer = async (...answers: readonly Answer[]): Promise<RecordingServer> => {
  const calls: Recorded[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const answer = answers[Math.min(calls.length, answers.length - 1)];
      const { method = '', url = '', headers } = request;
      calls.push({ method, url, headers, body, form: new URLSearchParams(body) });
      answer?.(response);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('a TCP server has a port');
  return {
    origin: `http://127.0.0.1:${address.port}`,
    calls,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};

/** Closes the connection without a word. */
export const reset: Answer = (response) => response.socket?.resetAndDestroy();

/** Never answers. */
export const silence: Answer = () => undefined;
