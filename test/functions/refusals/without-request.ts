import { MAX_GIVEN, MAX_RECEIVED } from '../../../lib/domain/delegation.ts';
import { MAX_HOLDS } from '../../../lib/domain/decide-hold.ts';
import { handleOf } from '../../support/builders.ts';
import { type Refused, type Row, type Scene, done, staged } from './scene.ts';
import { ANY_POLICY } from './sign-ins.ts';

const handleIn = (token: string): string => token.split('.')[0] ?? '';

const delegating = (scene: Scene, token: string, to: string, seconds = 3600): Refused => ({
  ...{ token, method: 'POST', path: '/v1/delegations' },
  body: { to: handleIn(to), until: scene.secondsAgo(-seconds) },
});

const delegations: readonly Row[] = [
  {
    of: 'delegate.delegator',
    ...{ code: 'not_eligible', says: 'You approve requests, and access.yml lets you delegate that.' },
    refused: async (scene) => delegating(scene, await scene.somebody(['sre']), await scene.somebody([])),
  },
  {
    of: 'delegate.somebodyElse',
    ...{ code: 'invalid_input', says: 'To somebody who is not you.' },
    refused: async (scene) => {
      const lead = await scene.somebody(['sre-leads']);
      return delegating(scene, lead, lead);
    },
  },
  {
    of: 'delegate.term',
    ...{ code: 'invalid_input', says: 'At most 24 h from now.' },
    refused: async (scene) => delegating(scene, await scene.somebody(['sre-leads']), await scene.somebody([]), 90_000),
  },
  {
    of: 'delegate.groupsFresh',
    ...{ code: 'step_up_required', says: 'Your groups were fetched within 5 min.' },
    refused: async (scene) => {
      scene.entitlement({ approval: staged('strict-leads'), groupsMaxAgeSeconds: 300 });
      const lead = await scene.somebody(['strict-leads'], { groupsAt: scene.secondsAgo(15_000) });
      return delegating(scene, lead, await scene.somebody([]));
    },
  },
  {
    of: 'delegate.limit',
    ...{ code: 'limit_reached', says: `At most ${MAX_GIVEN} at a time.` },
    refused: async (scene) => {
      const [lead, other] = [await scene.somebody(['sre-leads']), await scene.somebody([])];
      for (let i = 0; i < MAX_GIVEN; i += 1) await done(scene, delegating(scene, lead, other, 600 + i));
      return delegating(scene, lead, other);
    },
  },
  {
    of: 'receive.limit',
    ...{ code: 'limit_reached', says: `At most ${MAX_RECEIVED} at a time.` },
    refused: async (scene) => {
      const other = await scene.somebody([]);
      for (let i = 0; i < MAX_RECEIVED; i += 1)
        await done(scene, delegating(scene, await scene.somebody(['sre-leads']), other));
      return delegating(scene, await scene.somebody(['sre-leads']), other);
    },
  },
];

const placing = (token: string, target: object): Refused => ({
  ...{ token, method: 'POST', path: '/v1/holds', body: { ...target, reason: 'an incident' } },
});
const lifting = (token: string, id: string): Refused => ({ token, method: 'DELETE', path: `/v1/holds/${id}` });
const onSomebody = (name: string) => ({ on: 'person', handle: handleOf(name) });

const holds: readonly Row[] = [
  {
    of: 'placeHold.security',
    ...{ code: 'not_found', says: undefined },
    refused: async (scene) => placing(await scene.somebody(['sre']), { on: 'all' }),
  },
  {
    of: 'placeHold.target',
    ...{ code: 'invalid_input', says: 'What is held is in access.yml.' },
    refused: async (scene) =>
      placing(await scene.somebody(['security']), { on: 'entitlement', entitlementId: 'no-such' }),
  },
  {
    of: 'liftHold.security',
    ...{ code: 'not_found', says: undefined },
    refused: async (scene) => {
      const id = await scene.holdOn(onSomebody('one'));
      return lifting(await scene.somebody(['sre']), id);
    },
  },
  {
    of: 'liftHold.inForce',
    ...{ code: 'not_found', says: undefined },
    refused: async (scene) => lifting(await scene.somebody(['security']), 'h_AAAAAAAAAAAAAAAAAAAAAAAAAA'),
  },
  {
    of: 'liftHold.policyActive',
    ...{ code: 'policy_changed', says: ANY_POLICY },
    refused: async (scene) => {
      const id = await scene.holdOn(onSomebody('two'));
      await scene.anotherPolicy();
      return lifting(await scene.somebody(['security']), id);
    },
  },
  {
    of: 'liftHold.notHeld',
    ...{ code: 'on_hold', says: 'No hold is on you.' },
    refused: async (scene) => {
      const held = await scene.somebody(['security']);
      return lifting(held, await scene.holdOn({ on: 'person', handle: handleIn(held) }));
    },
  },
  {
    of: 'liftHold.groupsFresh',
    ...{ code: 'step_up_required', says: 'Your groups were fetched within 4 h.' },
    refused: async (scene) => {
      const id = await scene.holdOn(onSomebody('three'));
      return lifting(await scene.somebody(['security'], { groupsAt: scene.secondsAgo(15_000) }), id);
    },
  },
  // Last: it leaves as many behind as there may be.
  {
    of: 'placeHold.room',
    ...{ code: 'limit_reached', says: `At most ${MAX_HOLDS} holds are in force.` },
    refused: async (scene) => {
      const security = await scene.somebody(['security']);
      for (let i = 0; i < MAX_HOLDS; i += 1) await done(scene, placing(security, onSomebody(`held-${i}`)));
      return placing(security, onSomebody('one too many'));
    },
  },
];

export const rowsWithoutRequest: readonly Row[] = [...delegations, ...holds];
