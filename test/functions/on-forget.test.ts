import { paginateScan } from '@aws-sdk/client-dynamodb';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { create } from '../../functions/on-forget.ts';
import { dynamoChatCodes, dynamoChatLinks } from '../../lib/aws/chat-links.ts';
import { dynamoChatMessages } from '../../lib/aws/chat-messages.ts';
import { dynamoDirectory } from '../../lib/aws/directory.ts';
import { dynamoLedger } from '../../lib/aws/ledger.ts';
import { dynamoFamilies } from '../../lib/aws/refresh-families.ts';
import { dynamoParkedSignIns } from '../../lib/aws/saml-sign-ins.ts';
import { dynamoSessions } from '../../lib/aws/sessions.ts';
import { dynamoSummaries } from '../../lib/aws/summaries.ts';
import { dynamoTexts } from '../../lib/aws/texts.ts';
import { seal } from '../../lib/broker/chain.ts';
import { summaryOf } from '../../lib/broker/summary.ts';
import { hashText } from '../../lib/broker/text.ts';
import type { RecordedEvent } from '../../lib/domain/event.ts';
import type { Principal } from '../../lib/domain/principal.ts';
import { requestId } from '../contract/requests.ts';
import { approved, approver, engineer, noon, recorded, request, submitted } from '../support/builders.ts';
import { testConfig } from '../support/config.ts';
import { type TestDynamoDb, startDynamoDb } from '../support/dynamodb.ts';
import { recordingLogger } from '../support/logger.ts';
import { memoryClock, seededChance } from '../support/memory.ts';

const SALT = 'salt';
const WORDS = 'The payment queue is stuck, says Erika.';
const ERIKA: Principal = { ...engineer, displayName: 'Erika Mustermann', email: 'erika@example.com' };
const NAMESAKE: Principal = { ...approver, displayName: 'Erika Mustermann', email: 'other@example.com' };
const SLACK = { platform: 'slack', workspace: 'T1', user: 'U1' } as const;

let database: TestDynamoDb;
let clock: ReturnType<typeof memoryClock>;
let log: ReturnType<typeof recordingLogger>;
let forget: ReturnType<typeof create>;

beforeAll(() => {
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' });
});
beforeEach(async () => {
  database = await startDynamoDb();
  clock = memoryClock(noon(0));
  log = recordingLogger();
  const { endpoint, tables } = database;
  forget = create(testConfig({ tables, endpoints: { dynamodb: endpoint } }), {
    ...{ clock, chance: seededChance(), logger: log.logger },
  });
});
afterEach(async () => {
  await database.close();
});

const identity = () => ({ client: database.client, table: database.tables.identity, clock });
const ledger = () => dynamoLedger({ client: database.client, table: database.tables.ledger });

/** Everything that is kept of somebody beside the ledger. */
const keep = async (of: Principal, account: { platform: 'slack'; workspace: string; user: string }): Promise<void> => {
  const { handle } = of;
  await dynamoDirectory(identity()).remember(of);
  const ref = { id: `text of ${handle}`, hash: hashText(SALT, WORDS) };
  await dynamoTexts({ ...identity(), warn: () => undefined }).put(handle, ref, { salt: SALT, text: WORDS });
  const dates = { createdAt: noon(0), expiresAt: noon(3600) };
  await dynamoSessions(identity()).put({ principal: of, via: 'cookie', tokenHash: `hash of ${handle}`, ...dates });
  await dynamoSessions(identity()).markSeen(handle, { id: 'seen', at: noon(0) }, noon(3600));
  await dynamoFamilies(identity()).put({ id: 'family', principal: of, ...dates });
  await dynamoChatLinks(identity()).put({ account, handle, at: noon(0) });
};

const withoutHandle = ({ handle: _handle, ...rest }: Principal) => rest;

/** What stands under no handle, and names them. */
const keepTraces = async (of: Principal): Promise<void> => {
  const waiting = { ticketHash: `ticket of ${of.email ?? ''}`, provider: 'okta', returnTo: '/', expiresAt: noon(-60) };
  await dynamoParkedSignIns(identity()).put({ ...waiting, principal: withoutHandle(of) });
  await dynamoChatCodes(identity()).begin(`code of ${of.handle}`, {
    ...{ account: SLACK, name: of.displayName ?? '', expiresAt: noon(600) },
  });
  await dynamoChatMessages(identity()).put(requestId(9), { place: `mail#${of.email ?? ''}`, seq: 0, told: ['n'] });
};

const itemsOf = async (TableName: string): Promise<string> => {
  const items: object[] = [];
  for await (const { Items = [] } of paginateScan({ client: database.client }, { TableName })) items.push(...Items);
  return JSON.stringify(items);
};

const everything = async (): Promise<string> =>
  (await Promise.all(Object.values(database.tables).map(itemsOf))).join('\n');

const append = async (id: string, ...events: readonly RecordedEvent[]): Promise<void> => {
  let last: ReturnType<typeof seal> | undefined;
  for (const event of events) {
    last = seal(last, `request#${id}`, event);
    await ledger().append(last);
  }
  const { client, tables } = database;
  await dynamoSummaries({ client, table: tables.index, warn: () => undefined }).put(summaryOf(request(...events)));
};

const forgottenIn = async (handle: string): Promise<readonly string[]> =>
  (await ledger().read(`person#${handle}`)).map(({ type }) => type);

describe('a person who is forgotten', () => {
  test('leaves no name, no words, no address, no session and no account in chat behind; others stay as they are', async () => {
    await keep(ERIKA, SLACK);
    await keepTraces(ERIKA);
    await keep(NAMESAKE, { ...SLACK, user: 'U2' });
    const before = await everything();
    for (const text of ['Erika Mustermann', 'erika@example.com', ERIKA.handle, 'U1']) expect(before).toContain(text);

    const outcome = await forget({ handles: [ERIKA.handle] });
    expect(outcome).toEqual({ outcome: 'forgotten', removed: expect.any(Number) });

    const items = (await everything()).replaceAll(NAMESAKE.handle, 'the namesake');
    for (const text of ['erika@example.com', ERIKA.subject, 'U1"'])
      expect([text, items.includes(text)]).toEqual([text, false]);
    // Their handle is in the ledger, and nowhere else.
    expect(await itemsOf(database.tables.identity)).not.toContain(ERIKA.handle);
    const directory = dynamoDirectory(identity());
    expect((await directory.get([ERIKA.handle, NAMESAKE.handle])).size).toBe(1);
    expect(await directory.handlesOf([{ ...ERIKA, provider: 'okta' }])).toStrictEqual([]);
    expect(await directory.handlesOf([{ ...NAMESAKE, provider: 'okta' }])).toEqual([NAMESAKE.handle]);
    expect(await dynamoSessions(identity()).list(ERIKA.handle)).toStrictEqual([]);
    expect(await dynamoSessions(identity()).list(NAMESAKE.handle)).toHaveLength(1);
    expect(await dynamoChatLinks(identity()).find(SLACK)).toBeUndefined();
    expect(await dynamoChatLinks(identity()).of(NAMESAKE.handle)).toHaveLength(1);
    expect(await forgottenIn(ERIKA.handle)).toEqual(['person.forgotten']);
  });

  test('is forgotten once, however often it is asked; and again only when there is something again', async () => {
    await keep(ERIKA, SLACK);
    await forget({ handles: [ERIKA.handle] });
    expect(await forget({ handles: [ERIKA.handle] })).toEqual({ outcome: 'forgotten', removed: 0 });
    expect(await forgottenIn(ERIKA.handle)).toEqual(['person.forgotten']);
    await keep(ERIKA, SLACK);
    await forget({ handles: [ERIKA.handle] });
    expect(await forgottenIn(ERIKA.handle)).toEqual(['person.forgotten', 'person.forgotten']);
  });

  test('is named in the event by the handle and nothing else; what decides who may approve whom is carried on', async () => {
    const carried = { sameAs: [NAMESAKE.handle], linked: [], delegations: [], reservations: [] };
    const linked = recorded(
      'link.made',
      { person: [ERIKA.handle, NAMESAKE.handle], carried },
      { by: ERIKA, at: noon(-60) },
    );
    for (const { handle } of [ERIKA, NAMESAKE]) await ledger().append(seal(undefined, `person#${handle}`, linked));
    expect(await forget({ handles: [ERIKA.handle] })).toEqual({
      outcome: 'refused',
      obstacles: [{ why: 'other_identity', handle: NAMESAKE.handle }],
    });
    await forget({ handles: [ERIKA.handle, NAMESAKE.handle] });
    const [, event] = await ledger().read(`person#${ERIKA.handle}`);
    expect(event).toMatchObject({
      ...{ type: 'person.forgotten', data: { handle: ERIKA.handle, carried } },
      actor: { kind: 'system', handle: 'on-forget' },
    });
    expect(await forgottenIn(NAMESAKE.handle)).toEqual(['link.made', 'person.forgotten']);
  });
});

test('is found on whichever page of a large table it stands; what is no place of ours is refused', async () => {
  await keepTraces(ERIKA);
  await dynamoDirectory(identity()).remember(ERIKA);
  // Each page of a Scan is of 1 MB.
  for (let n = 0; n < 24; n += 1)
    await dynamoChatMessages(identity()).put(requestId(100 + n), {
      place: 'x'.repeat(900),
      seq: n,
      told: ['y'.repeat(99_000)],
    });
  expect(await forget({ handles: [ERIKA.handle] })).toMatchObject({ outcome: 'forgotten' });
  const items = await everything();
  for (const text of ['erika@example.com', 'Erika Mustermann'])
    expect([text, items.includes(text)]).toEqual([text, false]);
  expect(await itemsOf(database.tables.identity)).not.toContain(ERIKA.handle);
  for (const from of [Buffer.from('{}'), Buffer.from('["a",1]')])
    await expect(forget({ handles: [ERIKA.handle], from: from.toString('base64url') })).rejects.toThrow(
      'no place of ours',
    );
});

describe('what stands against it', () => {
  test('is a live grant, also where it is forced, until somebody ended it: nothing is deleted before', async () => {
    await keep(ERIKA, SLACK);
    await append(requestId(1), submitted({ requestId: requestId(1) }), approved(approver, noon(0)));
    const refused = { outcome: 'refused', obstacles: [{ why: 'live_grant', requestId: requestId(1) }] };
    expect(await forget({ handles: [ERIKA.handle] })).toEqual(refused);
    expect(await forget({ handles: [ERIKA.handle], force: true })).toEqual(refused);
    expect(await everything()).toContain('erika@example.com');
  });

  test('is a request that somebody may still approve: a yes would be to nobody', async () => {
    await append(requestId(3), submitted({ requestId: requestId(3) }));
    expect(await forget({ handles: [ERIKA.handle], force: true })).toEqual({
      outcome: 'refused',
      obstacles: [{ why: 'open_request', requestId: requestId(3) }],
    });
  });

  test('is no grant that is over', async () => {
    await append(requestId(1), submitted({ requestId: requestId(1) }), approved(approver, noon(0)));
    clock.advance(86_400);
    expect(await forget({ handles: [ERIKA.handle] })).toMatchObject({ outcome: 'forgotten' });
  });

  test('is a break-glass that nobody has reviewed', async () => {
    const breakGlass = { reviewBy: noon(3600), reviewers: { groups: ['okta:security'] } };
    await append(requestId(2), submitted({ requestId: requestId(2), autoApproved: true, stages: [], breakGlass }));
    clock.advance(86_400);
    expect(await forget({ handles: [ERIKA.handle] })).toEqual({
      outcome: 'refused',
      obstacles: [{ why: 'review_owed', requestId: requestId(2) }],
    });
    expect(await forget({ handles: [ERIKA.handle], force: true })).toMatchObject({ outcome: 'forgotten' });
  });
});

describe('an order that is none', () => {
  test.each([
    [{}],
    [{ handles: [] }],
    [{ handles: ['erika@example.com'] }],
    [{ handles: [`${engineer.handle}#x`] }],
    [{ handles: [engineer.handle], forced: true }],
    [{ handles: [engineer.handle], force: 'yes' }],
    [{ handles: [engineer.handle], from: '../' }],
    [{ handles: Array.from({ length: 11 }, () => engineer.handle) }],
  ])('is refused: %j', async (order) => {
    await expect(forget(order)).rejects.toMatchObject({ name: expect.stringMatching(/ZodError/) });
    expect(await forgottenIn(engineer.handle)).toStrictEqual([]);
  });
});

test('the log says whom and what became of it, and no name', async () => {
  await keep(ERIKA, SLACK);
  await forget({ handles: [ERIKA.handle] });
  const lines = JSON.stringify(log.lines());
  expect(lines).toContain('person.forget');
  for (const text of ['Erika', 'erika', WORDS]) expect(lines).not.toContain(text);
});
