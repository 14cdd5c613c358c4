import { create as createAudit } from '../../functions/audit.ts';
import { create as createChatops } from '../../functions/chatops.ts';
import { create as createCredentials } from '../../functions/credentials.ts';
import { create as createIssuer } from '../../functions/issuer.ts';
import { create as createPortal } from '../../functions/portal.ts';
import { create as createRequests } from '../../functions/requests.ts';
import { create as createSignin } from '../../functions/signin.ts';
import { create as createToken } from '../../functions/token.ts';
import { dynamoDbClient } from '../../lib/aws/clients.ts';
import { dynamoSessions } from '../../lib/aws/sessions.ts';
import { systemChance } from '../../lib/broker/system.ts';
import type { ApiHandler, RouteKey } from '../../lib/http/api.ts';
import { contract } from '../../lib/http/contract.ts';
import { openApiDocument } from '../../lib/http/openapi.ts';
import { openSession } from '../../lib/identity/sessions.ts';
import { TOKEN_EXCHANGE } from '../../lib/identity/token-exchange.ts';
import { principal } from '../support/builders.ts';
import { type TestBroker, startBroker } from '../support/broker.ts';
import { httpEvent } from '../support/events.ts';
import { silentLogger } from '../support/logger.ts';
import { type OidcServer, startOidcServer } from '../support/oidc-server.ts';
import { type TestSamlProvider, testSamlProvider } from '../support/saml-provider.ts';
import { SIGNING_SECRET, slackSettings } from '../support/slack.ts';
import { teamsSettings } from '../support/teams.ts';
import type { Known } from './calls.ts';
import { BOT_FRAMEWORK } from './ways-in.ts';
import { MORE_TIME, fuzzedPolicy, honestCalls, liftHolds } from './honest.ts';

/** Every function as it is deployed, in this process, on the embedded DynamoDB, with people and requests that it knows. */
export interface Fuzzed {
  readonly handlerOf: (key: RouteKey) => ApiHandler;
  /** People signed in anew and new requests, since a route may end whatever session or request is shown to it. */
  readonly know: (key: RouteKey) => Promise<Known>;
  close(): Promise<void>;
}

export const startFuzzed = async (): Promise<Fuzzed> => {
  Object.assign(process.env, {
    TEST_PEPPER: 'a pepper of forty characters for tests..',
    OIDC_SECRET: 'for tests',
    TEST_SLACK_SECRET: SIGNING_SECRET,
  });
  const oidc = await startOidcServer();
  const broker = await startBroker({ identityProviders: [oidc.provider], policy: fuzzedPolicy() });
  const { config, clock } = broker;
  const around = { clock, chance: systemChance, logger: silentLogger };
  const page = {
    type: 'text/html; charset=utf-8',
    body: '<!doctype html>',
    encoding: 'utf8',
    immutable: false,
  } as const;
  const functions: Readonly<Record<(typeof contract)[RouteKey]['function'], ApiHandler>> = {
    requests: createRequests(config, around),
    credentials: createCredentials(config, around),
    audit: createAudit(config, around),
    signin: createSignin(config, around),
    token: createToken(config, around),
    issuer: createIssuer(config, around),
    chatops: createChatops(
      { ...config, chat: { slack: slackSettings, teams: teamsSettings } },
      around,
      { send: () => Promise.resolve() },
      BOT_FRAMEWORK.fetchJson,
    ),
    portal: createPortal(config, {
      ...{ files: { '/': page }, openApi: JSON.stringify(openApiDocument()), logger: silentLogger },
    }),
  };
  const adfs = testSamlProvider(config.origin, () => new Date(clock.now()));
  const samlSignin = createSignin({ ...config, identityProviders: [adfs.provider] }, around);
  let generation = 0;
  return {
    handlerOf: (key) => (key.includes('/saml/') ? samlSignin : functions[contract[key].function]),
    know: async (key) => {
      generation += 1;
      const known = await sessions(broker, generation);
      await liftHolds(broker, known.bearers);
      const ids = key.includes('/v1/sessions/')
        ? await sessionIds(functions.signin, known.bearers)
        : key.includes('/requests')
          ? await requests(broker, known.bearers)
          : [];
      const honest = await honestCalls(key, { ...known, broker, generation, ids });
      return {
        ...known,
        origin: config.origin,
        ids: [...ids, ...honest.flatMap(({ id }) => id ?? [])],
        exchanges: key === 'POST /oauth/token' ? exchanges(oidc) : key.includes('logout') ? logouts(oidc) : [],
        callbacks: key === 'GET /oidc/callback' ? await callbacks(functions.signin, oidc) : [],
        ...(key.includes('/saml/') ? await samlSignIns(samlSignin, adfs) : { samlResponses: [], tickets: [] }),
        honest,
      };
    },
    close: async () => {
      await broker.close();
      await oidc.close();
    },
  };
};

/** New people each time: whoever had a thousand sessions would be slow to list them. */
const signIn = (broker: TestBroker, generation: number): Promise<readonly string[]> =>
  Promise.all([
    broker.signIn(`engineer${generation}`, ['engineering', 'sre']),
    broker.signIn(`approver${generation}`, ['sre-leads', 'security']),
    broker.signIn(`auditor${generation}`, ['auditors', 'engineering']),
  ]);

const requests = async (
  broker: TestBroker,
  [engineer, approver]: readonly (string | undefined)[],
): Promise<readonly string[]> => {
  const ids: string[] = [];
  for (const entitlementId of ['prod-admin', 'prod-admin', 'prod-admin', 'prod-read']) {
    for (const isApproved of [false, true, false]) {
      const body = { entitlementId, justification: 'Something to fuzz with.', durationSeconds: 3600, ticket: 'OPS-1' };
      const { json } = await broker.call(engineer, 'POST', '/v1/requests', body);
      ids.push(json.request.id);
      if (!isApproved) continue;
      await broker.call(approver, 'POST', `/v1/requests/${json.request.id}/approve`);
      if (ids.length === 2) await broker.call(engineer, 'POST', `/v1/requests/${json.request.id}/extend`, MORE_TIME);
    }
  }
  return ids;
};

/** As the people's own lists have them. */
const sessionIds = async (signin: ApiHandler, bearers: readonly string[]): Promise<readonly string[]> => {
  const lists = await Promise.all(
    bearers.map((token) => signin(httpEvent({ path: '/v1/sessions', headers: { authorization: `Bearer ${token}` } }))),
  );
  return lists.flatMap(({ body = '' }) => body.match(/s_[A-Za-z0-9_-]{43}/g) ?? []);
};

const exchanges = (oidc: OidcServer): Known['exchanges'] =>
  Array.from({ length: 50 }, () => ({
    grant_type: TOKEN_EXCHANGE,
    subject_token: oidc.idToken({ aud: 'hatcheck-exchange', jti: systemChance.id() }),
    subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
    client_id: 'hatcheck-cli',
  }));

const logouts = (oidc: OidcServer): Known['exchanges'] => {
  const events = { 'http://schemas.openid.net/event/backchannel-logout': {} };
  return [{}, { sid: 'a session' }].map((more) => ({
    logout_token: oidc.idToken({ jti: systemChance.id(), events, ...more }),
  }));
};

const callbacks = async (signin: ApiHandler, oidc: OidcServer): Promise<Known['callbacks']> =>
  Promise.all(
    Array.from({ length: 20 }, async () => {
      const { headers = {}, cookies = [] } = await signin(httpEvent({ path: '/login?provider=local-oidc' }));
      const back = oidc.signIn(String(headers['location']));
      return {
        query: new URLSearchParams(back).toString(),
        cookies: cookies.map((cookie) => cookie.split(';')[0] ?? ''),
      };
    }),
  );

const samlSignIns = async (
  signin: ApiHandler,
  adfs: TestSamlProvider,
): Promise<Pick<Known, 'samlResponses' | 'tickets'>> => {
  const begun = await Promise.all(
    Array.from({ length: 20 }, async () => {
      const { headers = {}, cookies = [] } = await signin(httpEvent({ path: '/login' }));
      return {
        response: adfs.respond(String(headers['location'])),
        cookies: cookies.map((cookie) => cookie.split(';')[0] ?? ''),
      };
    }),
  );
  const tickets = await Promise.all(
    begun.slice(10).map(async ({ response, cookies }) => {
      const form = { SAMLResponse: response };
      const { headers = {} } = await signin(httpEvent({ method: 'POST', path: '/saml/acs', form }));
      return { query: String(headers['location']).split('?')[1] ?? '', cookies };
    }),
  );
  return { samlResponses: begun.slice(0, 10).map(({ response }) => response), tickets };
};

const sessions = async (
  broker: TestBroker,
  generation: number,
): Promise<Pick<Known, 'bearers' | 'cookie' | 'expired'>> => {
  const { config, clock } = broker;
  const client = dynamoDbClient({ region: config.region, endpoint: config.endpoints.dynamodb ?? '' });
  const store = dynamoSessions({ client, table: config.tables.identity, clock });
  const open = (name: string, now: string, via: 'cookie' | 'bearer') =>
    openSession(
      { sessions: store, clock: { ...clock, now: () => now }, chance: systemChance },
      principal(`${name}${generation}`, [], { groupsAt: now, authenticatedAt: now }),
      via,
    );
  const now = clock.now();
  const { token, session } = await open('browser', now, 'cookie');
  const expired = await open('late', new Date(Date.parse(now) - 3_600_000).toISOString(), 'bearer');
  client.destroy();
  return {
    bearers: await signIn(broker, generation),
    expired: expired.token,
    cookie: { token, csrf: session.csrf ?? '' },
  };
};
