import { createHash, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach } from '@jest/globals';
import { create } from '../../functions/on-chat-act.ts';
import { dynamoChatLinks } from '../../lib/aws/chat-links.ts';
import { dynamoDbClient } from '../../lib/aws/clients.ts';
import { systemChance } from '../../lib/broker/system.ts';
import type { Config } from '../../lib/config/environment.ts';
import type { ChatAct, ChatSaying } from '../../lib/chatops/act.ts';
import type { AskForm, Card, Chat, ChatError } from '../../lib/chatops/port.ts';
import type { StoredEvent } from '../../lib/domain/event.ts';
import { type TestBroker, startBroker } from '../support/broker.ts';
import { testConfig, testEntitlement } from '../support/config.ts';
import { recordingLogger } from '../support/logger.ts';
import { recordingMeter } from '../support/meter.ts';

export let broker: TestBroker;
let worker: ReturnType<typeof create>;
export let log: ReturnType<typeof recordingLogger>;
export let metrics: ReturnType<typeof recordingMeter>;
export let homes: { readonly user: string; readonly cards: readonly Card[] }[];
export let told: { readonly user: string; readonly card: Card }[];
export let forms: AskForm[];
export let calls: string[];
/** How the platform takes it in this test. */
export const platform: { guests: string[]; opening: 'opened' | 'too_late'; failing: ChatError | undefined } = {
  ...{ guests: [], opening: 'opened', failing: undefined },
};
export const handles = new Map<string, string>();

/** A platform that writes down what it is asked. */
const chat: Chat = {
  platform: 'slack',
  commands: { ask: '/hatcheck', list: '/hatcheck mine', link: '/hatcheck link' },
  post: () => Promise.reject(new TypeError('nobody posts')),
  direct: () => Promise.reject(new TypeError('nobody is written to')),
  update: () => Promise.reject(new TypeError('on-notice updates')),
  home: ({ user }, cards) => {
    homes.push({ user, cards });
    return Promise.resolve();
  },
  whisper: ({ account }, card) => {
    calls.push('whisper');
    if (platform.failing) return Promise.reject(platform.failing);
    told.push({ user: account.user, card });
    return Promise.resolve();
  },
  openForm: (_to, _trigger, form) => {
    calls.push('openForm');
    forms.push(form);
    return Promise.resolve(platform.opening);
  },
  isMember: ({ account: { user } }) => {
    calls.push('isMember');
    const { failing, guests } = platform;
    return failing ? Promise.reject(failing) : Promise.resolve(!guests.includes(user));
  },
};

export const accountOf = (user: string) => ({ platform: 'slack' as const, workspace: 'T0OURS', user });
export const identity = () => {
  const client = dynamoDbClient({ region: broker.config.region, endpoint: broker.aws.endpoint });
  return { client, table: broker.config.tables.identity, clock: broker.clock };
};

/** Somebody who is signed in in the portal, and whose account in chat is linked. */
export const person = async (name: string, groups: readonly string[]): Promise<string> => {
  const token = await broker.signIn(name, groups);
  const handle = token.split('.')[0] ?? '';
  handles.set(name, handle);
  await dynamoChatLinks(identity()).put({ account: accountOf(name), handle, at: broker.clock.now() });
  return token;
};

const lead = { from: { groups: ['local-oidc:sre-leads'] }, count: 1 };
const admin = (id: string, more: object = {}) =>
  testEntitlement({
    ...{ id, roleArn: 'arn:aws:iam::111122223333:role/hatcheck/Admin', requesters: { groups: ['local-oidc:sre'] } },
    ...{ approval: { stages: [lead], withinSeconds: 3600 }, maxDurationSeconds: 3600, ...more },
  });

export let erin: string;

beforeAll(async () => {
  const { policy } = testConfig();
  const entitlements = [
    ...policy.entitlements.values(),
    admin('five', { approval: { stages: [{ ...lead, count: 5 }], withinSeconds: 3600 } }),
    admin('by-portal', { approverRequires: { mfa: false, channel: 'portal' } }),
    admin('with-mfa', { approverRequires: { mfa: true } }),
    admin('fresh', { approverRequires: { mfa: false, authenticatedWithinSeconds: 900 } }),
  ];
  broker = await startBroker({
    policy: { ...policy, entitlements: new Map(entitlements.map((each) => [each.id, each])) },
  });
  erin = await person('erin', ['sre', 'sre-leads']);
  await person('lea', ['sre-leads']);
  await person('mallory', ['engineering']);
});
afterAll(() => broker.close());

beforeEach(() => {
  [told, homes, forms, calls] = [[], [], [], []];
  Object.assign(platform, { guests: [], opening: 'opened', failing: undefined } satisfies typeof platform);
  log = recordingLogger();
  metrics = recordingMeter('on-chat-act');
  worker = workerWith(broker.config);
});

const workerWith = (config: Config) =>
  create(config, { clock: broker.clock, chance: systemChance, logger: log.logger, meterIn: () => metrics.meter }, [
    chat,
  ]);

/** From here on nobody knows who anybody is. */
export const loseIdentities = (): void => {
  worker = workerWith({ ...broker.config, tables: { ...broker.config.tables, identity: 'none-of-these' } });
};

const idOf = (text: string): string => createHash('sha256').update(text).digest('base64url');
export const actBy = (user: string, saying: ChatSaying, more: Partial<ChatAct> = {}): ChatAct => ({
  ...{ id: idOf(randomUUID()), at: broker.clock.now(), account: accountOf(user), place: { channel: 'C0SRE' }, saying },
  ...more,
});
export const receive = async (acts: readonly (ChatAct | string)[], receives = 1): Promise<number> => {
  const Records = acts.map((act, index) => ({
    ...{ messageId: String(index), body: typeof act === 'string' ? act : JSON.stringify(act) },
    attributes: { ApproximateReceiveCount: String(receives) },
  }));
  return (await worker({ Records })).batchItemFailures.length;
};
export const send = (...acts: readonly (ChatAct | string)[]): Promise<number> => receive(acts);
export const say = (user: string, saying: ChatSaying, more: Partial<ChatAct> = {}) => send(actBy(user, saying, more));

export const begun = async (entitlementId = 'prod-admin'): Promise<string> => {
  const body = { entitlementId, justification: 'The queue is stuck.', durationSeconds: 600, ticket: 'OPS-1' };
  const { ticket, ...without } = body;
  const reply = await broker.call(
    erin,
    'POST',
    '/v1/requests',
    entitlementId === 'prod-admin' ? { ...without, ticket } : without,
  );
  return reply.json.request.id;
};
export const eventsOf = (id: string): Promise<readonly StoredEvent[]> => broker.ledger.read(`request#${id}`);
export const typesOf = async (id: string) => (await eventsOf(id)).slice(1).map(({ type }) => type);
export const titles = () => told.map(({ user, card }) => `${user}: ${card.title}`);
