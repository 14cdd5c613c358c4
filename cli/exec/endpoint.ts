import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import type { ProcessCredentials } from '../kept-credentials.ts';
import { Failure, oneLine } from '../failure.ts';

export interface Endpoint {
  /** What tells an SDK to ask it, and the token that it asks with. */
  readonly variables: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/**
 * A credentials provider as containers have it (AWS SDKs and Tools Reference, "Container credential provider"), on 127.0.0.1 alone: whoever has the
 * token is answered, from what is kept until it is due.
 *
 * @param fetch gives credentials that last
 * @param failed is told, in a sentence without secrets, when there are none
 */
export const credentialsEndpoint = async (
  fetch: () => Promise<ProcessCredentials>,
  failed: (why: string) => void,
): Promise<Endpoint> => {
  const token = randomBytes(32).toString('base64url');
  const server = createServer((request, response) => {
    void answer(request, response);
  });
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (!isAllowed(request, token, host)) {
      reply(response, 403, { code: 'AccessDenied', message: 'not for you' });
      return;
    }
    try {
      reply(response, 200, inContainerForm(await fetch()));
    } catch (error) {
      const why = error instanceof Failure ? oneLine(error.message) : 'of a fault in hatcheck';
      failed(why);
      reply(response, error instanceof Failure && error.exitCode === 4 ? 503 : 403, {
        code: 'Unavailable',
        message: why,
      });
    }
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Failure(7, 'no port is free on 127.0.0.1');
  const host = `127.0.0.1:${address.port}`;
  return {
    variables: {
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `http://${host}/credentials`,
      AWS_CONTAINER_AUTHORIZATION_TOKEN: token,
      // Nobody else's role where there is no answer from here.
      AWS_EC2_METADATA_DISABLED: 'true',
    },
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
};

/** NB. a page in a browser may send us anything but this header unasked, and a name of its own as the host. */
const isAllowed = ({ method, url, headers }: IncomingMessage, token: string, host: string): boolean =>
  method === 'GET' && url === '/credentials' && headers.host === host && isSame(headers.authorization ?? '', token);

const isSame = (given: string, expected: string): boolean => {
  const [a, b] = [given, expected].map((text) => createHash('sha256').update(text).digest());
  return a !== undefined && b !== undefined && timingSafeEqual(a, b);
};

const inContainerForm = ({ AccessKeyId, SecretAccessKey, SessionToken, Expiration }: ProcessCredentials) => ({
  ...{ AccessKeyId, SecretAccessKey, Token: SessionToken, Expiration },
});

const reply = (response: ServerResponse, status: number, json: object): void => {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify(json));
};
