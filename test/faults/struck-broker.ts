import { create as createCredentials } from '../../functions/credentials.ts';
import { create as createRequests } from '../../functions/requests.ts';
import { dynamoDbClient } from '../../lib/aws/clients.ts';
import { dynamoLedger } from '../../lib/aws/ledger.ts';
import type { Ledger } from '../../lib/broker/ports.ts';
import { systemChance } from '../../lib/broker/system.ts';
import type { Config } from '../../lib/config/environment.ts';
import { type TestBroker, type TestJson, type TestReply, startBroker } from '../support/broker.ts';
import { type HttpCall, httpEvent } from '../support/events.ts';
import { silentLogger } from '../support/logger.ts';
import { type DynamodbAsked, type StsAsked, dynamodbProxy, stsProxy } from './aws-proxies.ts';
import type { Proxy } from './proxy.ts';

/** The functions on the embedded DynamoDB and the local AWS, with something in between that strikes. */
export interface StruckBroker {
  readonly broker: TestBroker;
  readonly proxy: Proxy<DynamodbAsked>;
  readonly sts: Proxy<StsAsked>;
  /** `action` is `approve`, `credentials`, …, or `read`. */
  call(token: string, action: string, requestId: string, body?: object): Promise<TestReply>;
  list(token: string): Promise<TestReply>;
  /** To a path without parameters. */
  post(token: string, path: string, body: object): Promise<TestReply>;
  /** What is named by the last part of a path. */
  remove(token: string, path: '/v1/holds' | '/v1/delegations', id: string): Promise<TestReply>;
  /** The ledger through what strikes, for what no function here serves. */
  readonly ledger: Ledger;
  submit(token: string, body: object, key?: string): Promise<TestReply>;
  close(): Promise<void>;
}

export const startStruckBroker = async (overrides: Partial<Config> = {}): Promise<StruckBroker> => {
  const broker = await startBroker(overrides);
  const [proxy, sts] = await Promise.all([dynamodbProxy(broker.aws.endpoint), stsProxy(broker.aws.endpoint)]);
  const endpoints = { ...broker.config.endpoints, dynamodb: proxy.endpoint, sts: sts.endpoint };
  const config = { ...broker.config, endpoints };
  const around = { clock: broker.clock, chance: systemChance, logger: silentLogger };
  const functions = { requests: createRequests(config, around), credentials: createCredentials(config, around) };

  const client = dynamoDbClient({ region: config.region, endpoint: proxy.endpoint });

  const send = async (name: keyof typeof functions, token: string, call: HttpCall): Promise<TestReply> => {
    const headers = { ...call.headers, authorization: `Bearer ${token}` };
    const answer = await functions[name](httpEvent({ ...call, headers }));
    const { statusCode = 0, headers: answered = {}, body = '' } = answer;
    return {
      status: statusCode,
      headers: Object.fromEntries(Object.entries(answered).map(([key, value]) => [key, String(value)])),
      json: (body.startsWith('{') ? JSON.parse(body) : {}) as TestJson,
      text: body,
    };
  };
  return {
    ...{ broker, proxy, sts },
    ledger: dynamoLedger({ client, table: config.tables.ledger }),
    call: (token, action, requestId, body) =>
      send(action === 'credentials' || action === 'console' ? 'credentials' : 'requests', token, {
        ...(action === 'read'
          ? { path: `/v1/requests/${requestId}`, routeKey: 'GET /v1/requests/{id}' }
          : {
              method: 'POST',
              path: `/v1/requests/${requestId}/${action}`,
              routeKey: `POST /v1/requests/{id}/${action}`,
            }),
        ...(body === undefined ? {} : { body }),
      }),
    list: (token) => send('requests', token, { path: '/v1/requests' }),
    post: (token, path, body) => send('requests', token, { method: 'POST', path, body }),
    remove: (token, path, id) =>
      send('requests', token, { method: 'DELETE', path: `${path}/${id}`, routeKey: `DELETE ${path}/{id}` }),
    submit: (token, body, key) =>
      send('requests', token, {
        ...{ method: 'POST', path: '/v1/requests', body },
        headers: key === undefined ? {} : { 'idempotency-key': key },
      }),
    close: async () => {
      client.destroy();
      await Promise.all([proxy.close(), sts.close()]);
      await broker.close();
    },
  };
};
