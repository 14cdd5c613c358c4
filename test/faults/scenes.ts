import type { Ask } from '../../lib/broker/submit-request.ts';
import type { BreakGlassRules } from '../../lib/domain/entitlement.ts';
import type { AccessPolicy } from '../../lib/domain/policy.ts';
import type { Principal } from '../../lib/domain/principal.ts';
import {
  approver,
  engineer,
  entitlement,
  noon,
  policy,
  principal,
  secondApprover,
  security,
  stage,
} from '../support/builders.ts';
import type { Strikes } from '../support/faults.ts';
import type { Wish } from './wish.ts';
import { type Performed, type World, perform } from './world.ts';

/** A use case, on the point of being carried out. */
export interface Scene {
  readonly name: string;
  /** What has to be there first; answers with who wants what then. */
  readonly prepare: (world: World) => Promise<Prepared>;
}

interface Prepared {
  readonly by: Principal;
  readonly wish: Wish;
  readonly meanwhile?: () => Promise<unknown>;
}

const ask: Ask = { entitlementId: 'prod-admin', justification: 'restore the payments queue', durationSeconds: 3600 };

const pending = async (world: World): Promise<string> => {
  const { given } = await perform(world, engineer, { use: 'submit', ask });
  return given.requestId ?? '';
};

const granted = async (world: World): Promise<string> => {
  const requestId = await pending(world);
  await perform(world, approver, { use: 'approve', requestId });
  return requestId;
};

type Act = Extract<Wish, { requestId: string }>['use'];

const grantedAtOnce = async (world: World): Promise<string> => {
  const { given } = await perform(world, engineer, { use: 'submit', ask: { ...ask, entitlementId: 'legacy-admin' } });
  return given.requestId ?? '';
};

const scene = (name: string, before: (world: World) => Promise<string>, by: Principal, use: Act): Scene => ({
  name,
  prepare: async (world) => ({ by, wish: { use, requestId: await before(world) } }),
});

const glass: BreakGlassRules = {
  requesters: { groups: ['okta:sre'] },
  maxDurationSeconds: 1800,
  issuesPerHour: 5,
  reviewWithinSeconds: 3600,
  reviewers: { groups: ['okta:security'] },
  notify: [],
};

/** What the scenes play under. */
export const scenePolicy: AccessPolicy = {
  ...policy([
    entitlement({
      breakGlass: glass,
      extension: { maxTotalSeconds: 7200, approval: { stages: [stage('sre-leads')], withinSeconds: 1800 } },
    }),
    entitlement({
      id: 'payments-admin',
      approval: { stages: [stage('sre-leads'), stage('security')], withinSeconds: 1800 },
    }),
    entitlement({
      id: 'legacy-admin',
      approval: 'auto',
      session: { via: 'saml', maxSeconds: 43_200, tail: 'deny', chaining: false, denies: [] },
    }),
  ]),
  delegation: { maxSeconds: 86_400 },
};

const breaking: Ask = { ...ask, breakGlass: true, durationSeconds: 1800 };
const twoStages: Ask = { ...ask, entitlementId: 'payments-admin' };
const standIn = principal('stand.in', []);
const lending: Wish = { use: 'lend', to: standIn.handle, until: noon(3600) };

const firstOfTwo = async (world: World): Promise<string> => {
  const { given } = await perform(world, engineer, { use: 'submit', ask: twoStages });
  await perform(world, approver, { use: 'approve', requestId: given.requestId ?? '' });
  return given.requestId ?? '';
};

const lent = async (world: World): Promise<string> => {
  await perform(world, approver, lending);
  return pending(world);
};

const extended = async (world: World): Promise<string> => {
  const requestId = await granted(world);
  await perform(world, engineer, { use: 'extend', requestId });
  return requestId;
};

const broken = async (world: World): Promise<string> => {
  const { given } = await perform(world, engineer, { use: 'submit', ask: breaking });
  return given.requestId ?? '';
};

const refusedOnce = async (world: World): Promise<string> => {
  const requestId = await pending(world);
  await perform(world, engineer, { use: 'credentials', requestId });
  return requestId;
};

/** Every use case there is, each with all its awaits. */
export const scenes: readonly Scene[] = [
  {
    name: 'submit',
    prepare: () => Promise.resolve({ by: engineer, wish: { use: 'submit', ask, key: 'one' } }),
  },
  {
    name: 'submit again',
    prepare: async (world) => {
      const wish: Wish = { use: 'submit', ask, key: 'one' };
      await perform(world, engineer, wish);
      return { by: engineer, wish };
    },
  },
  scene('approve', pending, approver, 'approve'),
  scene('deny', pending, approver, 'deny'),
  scene('cancel', pending, engineer, 'cancel'),
  scene('end', granted, engineer, 'end'),
  scene('revoke', granted, security, 'revoke'),
  scene('credentials', granted, engineer, 'credentials'),
  scene('credentials, by what we sign', grantedAtOnce, engineer, 'credentials'),
  scene('credentials, refused', pending, engineer, 'credentials'),
  scene('console', granted, engineer, 'console'),
  {
    name: 'credentials, revoked meanwhile',
    prepare: async (world) => {
      const requestId = await granted(world);
      const meanwhile = () => perform(world, security, { use: 'revoke', requestId });
      return { by: engineer, wish: { use: 'credentials', requestId }, meanwhile };
    },
  },
  scene('approve, the last of two stages', firstOfTwo, security, 'approve'),
  scene('approve, in somebody’s place', lent, standIn, 'approve'),
  scene('extend', granted, engineer, 'extend'),
  scene('extend, approved', extended, approver, 'approve'),
  {
    name: 'break-glass',
    prepare: () => Promise.resolve({ by: engineer, wish: { use: 'submit', ask: breaking, key: 'one' } }),
  },
  scene('review', broken, security, 'review'),
  {
    name: 'hold',
    prepare: () => Promise.resolve({ by: security, wish: { use: 'hold', target: { on: 'all' } } }),
  },
  {
    name: 'lift',
    prepare: async (world) => {
      const { given } = await perform(world, security, { use: 'hold', target: { on: 'all' } });
      return { by: security, wish: { use: 'lift', holdId: given.hold?.id ?? '' } };
    },
  },
  {
    name: 'link',
    prepare: async (world) => {
      await perform(world, approver, { use: 'link', other: secondApprover.handle });
      return { by: engineer, wish: { use: 'link', other: approver.handle } };
    },
  },
  { name: 'lend', prepare: () => Promise.resolve({ by: approver, wish: lending }) },
  {
    name: 'take back',
    prepare: async (world) => {
      const { given } = await perform(world, approver, lending);
      return { by: approver, wish: { use: 'takeBack', delegationId: given.delegationId ?? '' } };
    },
  },
  {
    name: 'bundle',
    prepare: () => Promise.resolve({ by: engineer, wish: { use: 'bundle', asks: [ask, twoStages], key: 'one' } }),
  },
  scene('read', refusedOnce, engineer, 'read'),
  { name: 'list', prepare: async (world) => (await granted(world), { by: engineer, wish: { use: 'list' } }) },
];

/** The scene as it goes when this goes wrong. */
export const play = async (scene: Scene, world: World, strikes: Strikes = new Map()): Promise<Prepared & Performed> => {
  const prepared = await scene.prepare(world);
  const { by, wish, meanwhile } = prepared;
  return { ...prepared, ...(await perform(world, by, wish, { strikes, ...(meanwhile ? { meanwhile } : {}) })) };
};
