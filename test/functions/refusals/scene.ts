import { activatePolicy } from '../../../lib/broker/activate-policy.ts';
import { systemChance } from '../../../lib/broker/system.ts';
import type { Entitlement } from '../../../lib/domain/entitlement.ts';
import type { ErrorCode } from '../../../lib/domain/errors.ts';
import type { Principal } from '../../../lib/domain/principal.ts';
import { type TicketServer, startTicketServer } from '../../../local/ticket-server.ts';
import { type TestBroker, type TestReply, startBroker } from '../../support/broker.ts';
import { testConfig, testEntitlement } from '../../support/config.ts';

/** A call that one rule is against. */
export interface Refused {
  readonly token: string;
  readonly method: 'POST' | 'DELETE';
  readonly path: string;
  readonly body?: object;
}

export interface Row {
  /** `act.rule`, as the decider has them. */
  readonly of: string;
  readonly code: ErrorCode;
  /** What would satisfy it; undefined where nothing is told. */
  readonly says: string | RegExp | undefined;
  readonly refused: (scene: Scene) => Promise<Refused>;
}

export interface Scene {
  readonly broker: TestBroker;
  /** A name that nobody had yet. */
  readonly name: () => string;
  /** Somebody new in these groups, signed in. */
  readonly somebody: (groups: readonly string[], more?: Partial<Principal>) => Promise<string>;
  /** Staged by sre-leads for sre, unless said otherwise; its id. */
  readonly entitlement: (overrides?: Partial<Entitlement>) => string;
  /** As access.yml has it from now on. */
  readonly change: (id: string, overrides: Partial<Entitlement>) => void;
  readonly secondsAgo: (seconds: number) => string;
  readonly anotherPolicy: () => Promise<void>;
  readonly holdOn: (target: object) => Promise<string>;
  /** What the row did to everybody is over. */
  readonly after: () => Promise<void>;
  readonly close: () => Promise<void>;
}

export const groups = (...names: string[]) => ({ groups: names.map((name) => `local-oidc:${name}`) });
export const stage = (name: string) => ({ from: groups(name), count: 1 });
export const staged = (...names: string[]) => ({ stages: names.map(stage), withinSeconds: 3600 });

const plain = {
  requesters: groups('sre'),
  approval: staged('sre-leads'),
  maxDurationSeconds: 3600,
  extension: { maxTotalSeconds: 7200, approval: staged('sre-leads') },
  revokers: groups('revokers'),
  breakGlass: {
    requesters: groups('sre'),
    maxDurationSeconds: 1800,
    issuesPerHour: 6,
    reviewWithinSeconds: 86_400,
    reviewers: groups('reviewers'),
    notify: [],
  },
} satisfies Partial<Entitlement>;

/** Functions with an access policy that changes under them, and everything that a rule may ask. */
export const startScene = async (): Promise<Scene> => {
  const tickets = await startTicketServer({ port: 0, token: 't0ken', tickets: { 'OPS-2': { open: false } } });
  process.env['TICKETS'] = 't0ken';
  const entitlements = new Map([['plain', testEntitlement({ id: 'plain', ...plain })]]);
  const { policy } = testConfig();
  const broker = await startBroker({
    policy: { ...policy, entitlements, limits: { openRequests: 2 }, delegation: { maxSeconds: 86_400 } },
    outside: { tickets: [{ id: 'jira', type: 'jira', url: tickets.origin, token: 'env:TICKETS' }], onCall: [] },
  });
  return sceneOf(broker, tickets, entitlements);
};

const sceneOf = (broker: TestBroker, tickets: TicketServer, entitlements: Map<string, Entitlement>): Scene => {
  const undo: (() => Promise<unknown>)[] = [];
  let count = 0;
  const name = (): string => `n${(count += 1)}`;
  const somebody: Scene['somebody'] = (of, more) => broker.signIn(name(), of, more);
  const activate = (version: string) =>
    activatePolicy({ ...broker, chance: systemChance, policy: broker.config.policy }, version, {
      remainingMs: () => 10_000,
    });
  return {
    ...{ broker, name, somebody },
    entitlement: (overrides = {}) => {
      const id = `e-${name()}`;
      entitlements.set(id, testEntitlement({ ...plain, ...overrides, id }));
      return id;
    },
    change: (id, overrides) => {
      entitlements.set(id, testEntitlement({ ...plain, ...entitlements.get(id), ...overrides, id }));
    },
    secondsAgo: (seconds) => new Date(Date.parse(broker.clock.now()) - seconds * 1000).toISOString(),
    anotherPolicy: async () => {
      // Two, since the one before the active one is gone by for a while.
      await activate('another');
      await activate('yet-another');
      undo.push(() => activate(broker.config.policy.version));
    },
    holdOn: async (target) => {
      const security = await somebody(['security']);
      const { json } = await broker.call(security, 'POST', '/v1/holds', { ...target, reason: 'an incident' });
      undo.push(() => broker.call(security, 'DELETE', `/v1/holds/${json.hold.id}`));
      return json.hold.id;
    },
    after: async () => {
      for (const each of undo.splice(0).reverse()) await each();
    },
    close: async () => {
      await broker.close();
      await tickets.close();
    },
  };
};

export const send = ({ broker }: Scene, { token, method, path, body }: Refused): Promise<TestReply> =>
  broker.call(token, method, path, body);

const words = { justification: 'The queue is stuck.', durationSeconds: 1800 };

export const asking = (token: string, entitlementId: string, more: object = {}): Refused => ({
  ...{ token, method: 'POST', path: '/v1/requests' },
  body: { ...words, entitlementId, ...more },
});

export const acting = (token: string, id: string, act: string, body?: object): Refused => ({
  ...{ token, method: 'POST', path: `/v1/requests/${id}/${act}` },
  ...(body ? { body } : {}),
});

/** The id of a request that is made. @throws TypeError where it was refused */
export const asked = async (scene: Scene, call: Refused): Promise<string> => {
  const { status, json, text } = await send(scene, call);
  if (status !== 201) throw new TypeError(text);
  return json.request.id;
};

/** What a row needs done, done. @throws TypeError where it was refused */
export const done = async (scene: Scene, call: Refused): Promise<void> => {
  const { status, text } = await send(scene, call);
  if (status !== 200) throw new TypeError(text);
};

export interface Begun {
  readonly id: string;
  readonly name: string;
  readonly requester: string;
  readonly entitlementId: string;
}

/** A request of somebody new for an entitlement of its own, pending. */
export const begun = async (scene: Scene, overrides: Partial<Entitlement> = {}, more: object = {}): Promise<Begun> => {
  const name = scene.name();
  const requester = await scene.broker.signIn(name, ['sre']);
  const entitlementId = scene.entitlement(overrides);
  const id = await asked(scene, asking(requester, entitlementId, more));
  return { id, name, requester, entitlementId };
};

/** The same, approved by somebody else. */
export const granted = async (
  scene: Scene,
  overrides: Partial<Entitlement> = {},
  more: object = {},
): Promise<Begun & { readonly approver: string }> => {
  const one = await begun(scene, overrides, more);
  const approver = await scene.somebody(['sre-leads']);
  await done(scene, acting(approver, one.id, 'approve'));
  return { ...one, approver };
};
