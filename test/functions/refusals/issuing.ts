import { linkIdentities } from '../../../lib/broker/link-identities.ts';
import { systemChance } from '../../../lib/broker/system.ts';
import { principal } from '../../support/builders.ts';
import { neverNow } from './asking.ts';
import { type Row, acting, begun, done, granted } from './scene.ts';
import { ANY_POLICY, NO_HOLD, signInRows } from './sign-ins.ts';

const handleOf = (token: string): string => token.split('.')[0] ?? '';

export const issuingRows: readonly Row[] = [
  {
    of: 'issue.requester',
    ...{ code: 'not_the_requester', says: 'The request is your own.' },
    refused: async (scene) => {
      const { approver, id } = await granted(scene);
      return acting(approver, id, 'credentials');
    },
  },
  {
    of: 'issue.window',
    ...{ code: 'not_approved', says: 'It is approved, and its window contains now.' },
    refused: async (scene) => {
      const { requester, id } = await begun(scene);
      return acting(requester, id, 'credentials');
    },
  },
  {
    of: 'issue.window',
    ...{ code: 'not_started', says: /^Within its window, from \S+Z to \S+Z\.$/ },
    refused: async (scene) => {
      const { requester, id } = await granted(scene, {}, { startAt: scene.secondsAgo(-3600) });
      return acting(requester, id, 'console');
    },
  },
  {
    of: 'issue.policyActive',
    ...{ code: 'policy_changed', says: ANY_POLICY },
    refused: async (scene) => {
      const { requester, id } = await granted(scene);
      await scene.anotherPolicy();
      return acting(requester, id, 'credentials');
    },
  },
  {
    of: 'issue.noHold',
    ...{ code: 'on_hold', says: NO_HOLD },
    refused: async (scene) => {
      const { requester, id } = await granted(scene);
      await scene.holdOn({ on: 'account', accountId: '111122223333' });
      return acting(requester, id, 'credentials');
    },
  },
  {
    of: 'issue.eligible',
    ...{ code: 'not_eligible', says: 'You are still eligible for the entitlement.' },
    refused: async (scene) => {
      const { name, id } = await granted(scene);
      return acting(await scene.broker.signIn(name, ['engineering']), id, 'credentials');
    },
  },
  {
    of: 'issue.policyUnchanged',
    ...{ code: 'policy_changed', says: 'What was approved is still what access.yml says.' },
    refused: async (scene) => {
      const { requester, id, entitlementId } = await granted(scene);
      scene.change(entitlementId, { maxDurationSeconds: 900 });
      return acting(requester, id, 'credentials');
    },
  },
  {
    of: 'issue.hours',
    ...{ code: 'outside_hours', says: /^Within \w{3}, 00:00 to 00:01, UTC\.$/ },
    refused: async (scene) => {
      const { requester, id, entitlementId } = await granted(scene);
      scene.change(entitlementId, { hours: neverNow(scene) });
      return acting(requester, id, 'credentials');
    },
  },
  {
    of: 'issue.notSelf',
    ...{ code: 'self_approval', says: 'Nobody approved their own request, nor more time for it.' },
    refused: async (scene) => {
      const { requester, approver, id } = await granted(scene);
      const { broker } = scene;
      await linkIdentities(
        { ...broker, chance: systemChance, policy: broker.config.policy },
        {
          principal: principal('one', [], { handle: handleOf(requester) }),
          ...{ other: handleOf(approver), patience: { remainingMs: () => 10_000 } },
        },
      );
      return acting(requester, id, 'credentials');
    },
  },
  {
    of: 'issue.limit',
    ...{ code: 'limit_reached', says: 'At most 1 issues an hour.' },
    refused: async (scene) => {
      const { requester, id } = await granted(scene, { limits: { issuesPerHour: 1 } });
      await done(scene, acting(requester, id, 'credentials'));
      return acting(requester, id, 'credentials');
    },
  },
  {
    of: 'issue.tail',
    ...{ code: 'grant_over', says: 'At least 15 min of the grant are left.' },
    refused: async (scene) => {
      const session = { via: 'assumeRole', maxSeconds: 3600, tail: 'refuse', chaining: false, denies: [] } as const;
      const { requester, id } = await granted(scene, { session }, { durationSeconds: 600 });
      return acting(requester, id, 'credentials');
    },
  },
  ...signInRows('issue', async (scene, overrides, signIn) => {
    const { name, id, entitlementId } = await granted(scene);
    scene.change(entitlementId, overrides);
    return acting(await scene.broker.signIn(name, ['sre'], signIn), id, 'credentials');
  }),
];
