import type { Ask } from '../../lib/broker/submit-request.ts';
import type { Principal } from '../../lib/domain/principal.ts';
import { approver, engineer, security } from '../support/builders.ts';
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

const scene = (name: string, before: (world: World) => Promise<string>, by: Principal, use: Act): Scene => ({
  name,
  prepare: async (world) => ({ by, wish: { use, requestId: await before(world) } }),
});

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
  scene('read', refusedOnce, engineer, 'read'),
  { name: 'list', prepare: async (world) => (await granted(world), { by: engineer, wish: { use: 'list' } }) },
];

/** The scene as it goes when this goes wrong. */
export const play = async (scene: Scene, world: World, strikes: Strikes = new Map()): Promise<Prepared & Performed> => {
  const prepared = await scene.prepare(world);
  const { by, wish, meanwhile } = prepared;
  return { ...prepared, ...(await perform(world, by, wish, { strikes, ...(meanwhile ? { meanwhile } : {}) })) };
};
