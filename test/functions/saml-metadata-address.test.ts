import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { create } from '../../functions/signin.ts';
import { create as createToken } from '../../functions/token.ts';
import { systemChance } from '../../lib/broker/system.ts';
import type { Config } from '../../lib/config/environment.ts';
import { formIn } from '../../local/browser.ts';
import { type LocalSaml, startSaml } from '../../local/idp/saml.ts';
import { codeIn, cookiesOf, headerOf } from '../support/browser.ts';
import { certifiedKey } from '../support/certificate.ts';
import { setFunctionEnvironment, testConfig } from '../support/config.ts';
import { type TestDynamoDb, startDynamoDb } from '../support/dynamodb.ts';
import { httpEvent } from '../support/events.ts';
import { silentLogger } from '../support/logger.ts';
import { type MemoryClock, memoryClock } from '../support/memory.ts';

const ORIGIN = 'http://127.0.0.1:3000';
const serviceProvider = {
  ...{ entityId: `${ORIGIN}/saml/metadata`, acsUrl: `${ORIGIN}/saml/acs`, tokenUrl: `${ORIGIN}/oauth/token` },
};

let database: TestDynamoDb;
let clock: MemoryClock;
let saml: LocalSaml;
let config: Config;
let signin: ReturnType<typeof create>;

beforeAll(async () => {
  setFunctionEnvironment();
  database = await startDynamoDb();
});
afterAll(() => database.close());

/** The provider at this port, with a key of its own. */
const start = (port: number): Promise<LocalSaml> =>
  startSaml({ port, serviceProvider, key: certifiedKey(), clock: () => new Date(clock.now()) });

beforeEach(async () => {
  clock = memoryClock(new Date().toISOString());
  saml = await start(0);
  config = testConfig({
    ...{ tables: database.tables, endpoints: { dynamodb: database.endpoint } },
    identityProviders: [
      {
        ...{ id: 'adfs', type: 'saml', issuer: saml.entityId, metadataUrl: saml.entityId, groupsAttribute: 'groups' },
        ...{ mfaContexts: [], idpInitiated: false, tokenExchange: true },
      },
    ],
  });
  signin = create(config, { clock, chance: systemChance, logger: silentLogger });
});

const begin = () => signin(httpEvent({ path: '/login?loginHint=engineer@example.com' }));

const post = async (begun: Awaited<ReturnType<typeof begin>>) => {
  const page = await (await fetch(headerOf(begun, 'location'))).text();
  const posted = await signin(httpEvent({ method: 'POST', path: '/saml/acs', form: { ...formIn(page)?.fields } }));
  const path = headerOf(posted, 'location');
  return path === '' ? posted : signin(httpEvent({ path, cookies: cookiesOf(begun) }));
};

const restarted = async (): Promise<void> => {
  await saml.close();
  saml = await start(Number(new URL(saml.entityId).port));
};

test('a person signs in at a provider that publishes where it is and what it signs with', async () => {
  try {
    const finished = await post(await begin());
    expect([finished.statusCode, headerOf(finished, 'location')]).toEqual([303, '/']);
  } finally {
    await saml.close();
  }
});

test('a key that was replaced in between is taken at once, after half a minute', async () => {
  try {
    await post(await begin());
    await restarted();
    clock.advance(30);
    expect((await post(await begin())).statusCode).toBe(303);
  } finally {
    await saml.close();
  }
});

test('a provider that is away is a 503, and signs nobody in', async () => {
  await saml.close();
  const begun = await begin();
  expect([begun.statusCode, codeIn(begun), begun.cookies ?? []]).toEqual([503, 'provider_unavailable', []]);
});

test('an assertion is exchanged; when the provider is away before anything of it is known, that is a 503', async () => {
  const exchange = async (subject_token: string) => {
    const token = createToken(config, { clock, chance: systemChance, logger: silentLogger });
    const form = {
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      subject_token_type: 'urn:ietf:params:oauth:token-type:saml2',
      subject_token,
    };
    const { statusCode, body = '' } = await token(httpEvent({ method: 'POST', path: '/oauth/token', form }));
    return [statusCode, (JSON.parse(body) as { error?: string }).error];
  };
  const address = new URL('/assertion?account=engineer@example.com', saml.entityId);
  const [first, second] = [await (await fetch(address)).text(), await (await fetch(address)).text()];
  await expect(exchange(first)).resolves.toEqual([200, undefined]);
  await saml.close();
  await expect(exchange(second)).resolves.toEqual([503, 'temporarily_unavailable']);
});
