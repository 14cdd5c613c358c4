import { create as createCredentials } from '../../functions/credentials.ts';
import { create as createRequests } from '../../functions/requests.ts';
import { systemChance } from '../../lib/broker/system.ts';
import { type TestBroker, type TestJson, type TestReply, startBroker } from '../support/broker.ts';
import { httpEvent } from '../support/events.ts';
import { silentLogger } from '../support/logger.ts';
import { type DynamodbProxy, startProxy } from './dynamodb-proxy.ts';

/** The functions on the embedded DynamoDB, with something between the two that strikes. */
export interface StruckBroker {
  readonly broker: TestBroker;
  readonly proxy: DynamodbProxy;
  /** `action` is `credentials`, `approve`, …; without a request it is a submission. */
  call(token: string, action: string, requestId: string, body?: object): Promise<TestReply>;
  submit(token: string, body: object, key?: string): Promise<TestReply>;
  close(): Promise<void>;
}

export const startStruckBroker = async (): Promise<StruckBroker> => {
  const broker = await startBroker();
  const proxy = await startProxy(broker.aws.endpoint);
  const config = { ...broker.config, endpoints: { ...broker.config.endpoints, dynamodb: proxy.endpoint } };
  const around = { clock: broker.clock, chance: systemChance, logger: silentLogger };
  const functions = { requests: createRequests(config, around), credentials: createCredentials(config, around) };

  const send = async (
    name: keyof typeof functions,
    call: Parameters<typeof httpEvent>[0],
    token: string,
  ): Promise<TestReply> => {
    const headers = { ...call.headers, authorization: `Bearer ${token}` };
    const {
      statusCode = 0,
      headers: answered = {},
      body = '',
    } = await functions[name](httpEvent({ ...call, headers }));
    return {
      status: statusCode,
      headers: Object.fromEntries(Object.entries(answered).map(([key, value]) => [key, String(value)])),
      json: (body.startsWith('{') ? JSON.parse(body) : {}) as TestJson,
      text: body,
    };
  };
  return {
    broker,
    proxy,
    call: (token, action, requestId, body) =>
      send(
        action === 'credentials' || action === 'console' ? 'credentials' : 'requests',
        {
          method: action === 'read' ? 'GET' : 'POST',
          path: action === 'read' ? `/v1/requests/${requestId}` : `/v1/requests/${requestId}/${action}`,
          routeKey: action === 'read' ? 'GET /v1/requests/{id}' : `POST /v1/requests/{id}/${action}`,
          ...(body === undefined ? {} : { body }),
        },
        token,
      ),
    submit: (token, body, key) =>
      send(
        'requests',
        {
          ...{ method: 'POST', path: '/v1/requests', body },
          headers: key === undefined ? {} : { 'idempotency-key': key },
        },
        token,
      ),
    close: async () => {
      await proxy.close();
      await broker.close();
    },
  };
};
