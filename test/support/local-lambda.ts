import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import type { Lambda } from '../../scripts/restore/fence.ts';
import type { Functions } from '../../local/gateway/functions.ts';
import { closeServer, listenOnLoopback } from '../../local/gateway/loopback.ts';

export interface LocalLambda {
  readonly endpoint: string;
  /** Calls that were made of it, as `PUT hatcheck-dev-requests 0`. */
  readonly calls: readonly string[];
  /** The same without a command of seconds each. */
  readonly lambda: Lambda;
  /** What reserves a function, by its name; without one it shares. */
  readonly reserved: ReadonlyMap<string, number>;
  /** The same functions, of which none begins that has nothing reserved but 0. */
  readonly over: (functions: Functions, nameOf: (functionId: string) => string) => Functions;
  readonly close: () => Promise<void>;
}

const PATH = /^\/20\d\d-\d\d-\d\d\/functions\/([\w-]+)\/(concurrency|invocations)$/;

/** Lambda's API as far as it stops, starts and calls functions, for the AWS CLI; it checks no signatures. */
export const startLocalLambda = async (there: (name: string) => boolean): Promise<LocalLambda> => {
  const reserved = new Map<string, number>();
  const calls: string[] = [];
  let run: (name: string, event: unknown) => Promise<unknown> = () => Promise.reject(new Error('no functions'));
  const answer = async (method: string, url: string, body: string): Promise<readonly [number, object?]> => {
    const [, name = '', what] = PATH.exec(url) ?? [];
    calls.push([method, name, body].join(' ').trim());
    if (!there(name)) return [404, { Type: 'User', message: `Function not found: ${name}` }];
    if (what === 'invocations') return [200, (await run(name, JSON.parse(body))) as object];
    if (method === 'PUT')
      reserved.set(name, (JSON.parse(body) as { ReservedConcurrentExecutions: number }).ReservedConcurrentExecutions);
    if (method === 'DELETE') {
      reserved.delete(name);
      return [204];
    }
    const now = reserved.get(name);
    return [200, now === undefined ? {} : { ReservedConcurrentExecutions: now }];
  };
  const server = createServer((request, response) => {
    void (async () => {
      const [status, content] = await answer(request.method ?? '', request.url ?? '', await text(request));
      const fault = status === 404 ? { 'x-amzn-errortype': 'ResourceNotFoundException' } : {};
      response.writeHead(status, { 'content-type': 'application/json', ...fault });
      response.end(content && JSON.stringify(content));
    })();
  });
  const port = await listenOnLoopback(server, 0);
  const call = (method: string, name: string, what: string, body?: object) =>
    answer(method, `/2017-10-31/functions/${name}/${what}`, body ? JSON.stringify(body) : '');
  const lambda: Lambda = {
    reservedOf: async (name) =>
      (await call('GET', name, 'concurrency'))[0] === 404 ? undefined : (reserved.get(name) ?? 'shared'),
    reserve: async (name, calls) => {
      if (calls === 'shared') await call('DELETE', name, 'concurrency');
      else await call('PUT', name, 'concurrency', { ReservedConcurrentExecutions: calls });
    },
    invoke: async (name, payload) => {
      await call('POST', name, 'invocations', payload);
    },
  };
  return {
    ...{ endpoint: `http://127.0.0.1:${port}`, calls, reserved, lambda },
    over: (functions, nameOf) => {
      const invoke = async (functionId: string, event: unknown): Promise<unknown> => {
        if (reserved.get(nameOf(functionId)) === 0)
          throw Object.assign(new Error('Rate Exceeded.'), { name: 'TooManyRequestsException' });
        return functions.invoke(functionId, event);
      };
      run = (name, event) => invoke(name.replace(/^hatcheck-dev-/, ''), event);
      return { ...functions, invoke };
    },
    close: () => closeServer(server),
  };
};
