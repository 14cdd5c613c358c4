import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { create as createSignin } from '../../functions/signin.ts';
import { create as createToken } from '../../functions/token.ts';
import { dynamoSessions } from '../../lib/aws/sessions.ts';
import { systemChance } from '../../lib/broker/system.ts';
import type { Config } from '../../lib/config/environment.ts';
import type { Principal } from '../../lib/domain/principal.ts';
import type { ApiHandler } from '../../lib/http/api.ts';
import { plusSeconds } from '../../lib/domain/time.ts';
import { UNTOLD_SECONDS, openSession } from '../../lib/identity/sessions.ts';
import { principal } from './builders.ts';
import { setFunctionEnvironment, testConfig } from './config.ts';
import { type TestDynamoDb, startDynamoDb } from './dynamodb.ts';
import { type HttpCall, httpEvent } from './events.ts';
import { recordingLogger } from './logger.ts';
import { type MemoryClock, memoryClock } from './memory.ts';

/** `signin` and `token` on the embedded DynamoDB, and what a test asks of them. */
export interface TokenFunction {
  readonly config: Config;
  readonly clock: MemoryClock;
  readonly database: TestDynamoDb;
  readonly token: ApiHandler;
  readonly signin: ApiHandler;
  /** Somebody signed in in a browser, with what their forms send back. */
  browse(name: string): Promise<TestBrowser>;
  browseAs(person: Principal): Promise<TestBrowser>;
  /** `POST /oauth/token`, or another address of clients. */
  post(form: Record<string, string>, path?: string, sourceIp?: string): Promise<OAuthReply>;
  /** The status of `GET /v1/me`. */
  me(accessToken?: string): Promise<number | undefined>;
  /** Every item of the identity table and the ledger, as JSON. */
  items(): Promise<readonly string[]>;
  close(): Promise<void>;
}

export interface TestBrowser {
  readonly principal: Principal;
  readonly token: string;
  readonly csrf: string;
  readonly cookies: string[];
}

export interface OAuthReply {
  readonly status: number | undefined;
  readonly json: Record<string, string>;
}

export const startTokenFunction = async (overrides: Partial<Config> = {}): Promise<TokenFunction> => {
  setFunctionEnvironment();
  const database = await startDynamoDb();
  const config = testConfig({ tables: database.tables, endpoints: { dynamodb: database.endpoint }, ...overrides });
  const clock = memoryClock(new Date().toISOString());
  const around = { clock, chance: systemChance, logger: recordingLogger().logger };
  const token = createToken(config, around);
  const signin = createSignin(config, around);
  const browseAs = async (named: Principal): Promise<TestBrowser> => {
    const person = { ...named, groupsAt: clock.now(), authenticatedAt: clock.now() };
    const sessions = dynamoSessions({ client: database.client, table: database.tables.identity, clock });
    const isTold = config.identityProviders.some((each) => each.type === 'oidc' && each.backChannelLogout);
    const end = isTold ? {} : { endsAt: plusSeconds(clock.now(), UNTOLD_SECONDS) };
    const opened = await openSession({ sessions, clock, chance: systemChance }, person, 'cookie', end);
    const cookies = [`__Host-hatcheck=${opened.token}`];
    return { principal: person, token: opened.token, csrf: opened.session.csrf ?? '', cookies };
  };
  return {
    ...{ config, clock, database, token, signin },
    browse: (name) => browseAs(principal(name, ['sre'], { issuer: 'http://127.0.0.1:3001' })),
    browseAs,
    post: async (form, path = '/oauth/token', sourceIp) => {
      const { statusCode, body = '{}' } = await token(httpEvent({ method: 'POST', path, form, ...from(sourceIp) }));
      const json: unknown = JSON.parse(body);
      return { status: statusCode, json: Object(json) as Record<string, string> };
    },
    me: async (accessToken = '') => {
      const headers = { authorization: `Bearer ${accessToken}` };
      return (await signin(httpEvent({ path: '/v1/me', headers }))).statusCode;
    },
    items: async () => {
      const { identity, ledger } = database.tables;
      const scans = [identity, ledger].map((TableName) => database.client.send(new ScanCommand({ TableName })));
      return (await Promise.all(scans)).flatMap(({ Items = [] }) => Items.map((item) => JSON.stringify(item)));
    },
    close: () => database.close(),
  };
};

const from = (sourceIp: string | undefined): HttpCall => (sourceIp === undefined ? {} : { sourceIp });
