import { type Server, createServer } from 'node:http';
import { text } from 'node:stream/consumers';

/** One call that a client of AWS made. */
export interface Call {
  /** `AmazonSSM.GetParameter`, or method and path where a service has no such header. */
  readonly name: string;
  readonly body: unknown;
}

export interface StandIn {
  readonly endpoint: string;
  readonly calls: readonly Call[];
  readonly close: () => Promise<void>;
}

/** What is answered: the members of a success, or the code of a refusal. */
export type Reply = object | string;

/** Something that answers for AWS where the local AWS has no such service: in JSON, whatever the signature. */
export const standIn = async (reply: (call: Call) => Reply): Promise<StandIn> => {
  const calls: Call[] = [];
  const server: Server = createServer((request, response) => {
    void text(request).then((said) => {
      const target = request.headers['x-amz-target'];
      const name = typeof target === 'string' ? target : `${request.method ?? ''} ${request.url ?? ''}`;
      const call = { name, body: said === '' ? undefined : (JSON.parse(said) as unknown) };
      calls.push(call);
      const answer = reply(call);
      const refused = typeof answer === 'string';
      response.writeHead(refused ? 400 : 200, {
        'content-type': 'application/x-amz-json-1.1',
        ...(refused ? { 'x-amzn-errortype': answer } : {}),
      });
      response.end(JSON.stringify(refused ? { __type: answer } : answer));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    endpoint: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
    calls,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => {
          resolve();
        });
      }),
  };
};
