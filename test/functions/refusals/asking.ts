import { MAX_EXTENSIONS_ASKED } from '../../../lib/domain/decide-extension.ts';
import type { Entitlement } from '../../../lib/domain/entitlement.ts';
import type { Principal } from '../../../lib/domain/principal.ts';
import { type Refused, type Row, type Scene, acting, asked, asking, begun, done, granted } from './scene.ts';
import { ANY_POLICY, NO_HOLD, signInRows } from './sign-ins.ts';

/** Three days from whatever day it is. */
export const neverNow = (scene: Scene): NonNullable<Entitlement['hours']> => {
  const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;
  const today = new Date(scene.broker.clock.now()).getUTCDay();
  return { timezone: 'UTC', days: [days[(today + 3) % 7] ?? 'sun'], from: '00:00', to: '00:01' };
};

const ask = async (scene: Scene, overrides: Partial<Entitlement> = {}, more: object = {}): Promise<Refused> =>
  asking(await scene.somebody(['sre']), scene.entitlement(overrides), more);

const signedIn = async (scene: Scene, overrides: Partial<Entitlement>, more: Partial<Principal>): Promise<Refused> =>
  asking(await scene.somebody(['sre'], more), scene.entitlement(overrides));

const submitting: readonly Row[] = [
  {
    of: 'submit.eligible',
    ...{ code: 'not_eligible', says: 'A group of yours makes you eligible for this entitlement.' },
    refused: async (scene) => asking(await scene.somebody(['engineering']), scene.entitlement()),
  },
  {
    of: 'submit.policyActive',
    ...{ code: 'policy_changed', says: ANY_POLICY },
    refused: async (scene) => {
      await scene.anotherPolicy();
      return ask(scene);
    },
  },
  {
    of: 'submit.noHold',
    ...{ code: 'on_hold', says: NO_HOLD },
    refused: async (scene) => {
      await scene.holdOn({ on: 'all' });
      return ask(scene);
    },
  },
  {
    of: 'submit.duration',
    ...{ code: 'invalid_input', says: 'At most 1 h.' },
    refused: (scene) => ask(scene, {}, { durationSeconds: 3601 }),
  },
  {
    of: 'submit.justification',
    ...{ code: 'invalid_input', says: 'At least 30 characters.' },
    refused: (scene) => ask(scene, { justification: { minLength: 30 } }),
  },
  {
    of: 'submit.ticket',
    ...{ code: 'invalid_input', says: 'Required, of the form ^OPS-[0-9]+$.' },
    refused: (scene) => ask(scene, { ticket: { pattern: '^OPS-[0-9]+$', required: true } }),
  },
  {
    of: 'submit.ticketAlive',
    ...{ code: 'invalid_input', says: 'jira has the ticket, it is open.' },
    refused: (scene) => {
      const check = { service: 'jira', assigned: false, endsGrant: false };
      return ask(scene, { ticket: { pattern: '^OPS-[0-9]+$', required: true, check } }, { ticket: 'OPS-2' });
    },
  },
  {
    of: 'submit.scope',
    ...{ code: 'invalid_input', says: 'The whole role.' },
    refused: (scene) => ask(scene, {}, { scope: { actions: ['s3:ListBucket'], resources: ['*'] } }),
  },
  {
    of: 'submit.start',
    ...{ code: 'invalid_input', says: 'Not in the past, at most 30 days ahead.' },
    refused: (scene) => ask(scene, {}, { startAt: scene.secondsAgo(60) }),
  },
  {
    of: 'submit.openRequests',
    ...{ code: 'limit_reached', says: 'At most 2 requests of yours wait for approval at once.' },
    refused: async (scene) => {
      const { requester, entitlementId } = await begun(scene);
      await asked(scene, asking(requester, entitlementId));
      return asking(requester, entitlementId);
    },
  },
  {
    of: 'submit.oneBreakGlass',
    ...{ code: 'limit_reached', says: 'You have no other break-glass, and none that waits for an overdue review.' },
    refused: async (scene) => {
      const { requester, entitlementId } = await begun(scene, {}, { breakGlass: true });
      return asking(requester, entitlementId, { breakGlass: true });
    },
  },
];

const more = { durationSeconds: 600, justification: 'The queue is still stuck.' };

const extending: readonly Row[] = [
  {
    of: 'extend.requester',
    ...{ code: 'not_the_requester', says: 'The request is your own.' },
    refused: async (scene) => {
      const { approver, id } = await granted(scene);
      return acting(approver, id, 'extend', more);
    },
  },
  {
    of: 'extend.live',
    ...{ code: 'wrong_status', says: 'Its grant goes on now.' },
    refused: async (scene) => {
      const { requester, id } = await begun(scene);
      return acting(requester, id, 'extend', more);
    },
  },
  {
    of: 'extend.noneOpen',
    ...{ code: 'wrong_status', says: 'No extension of it is pending.' },
    refused: async (scene) => {
      const { requester, id } = await granted(scene);
      await done(scene, acting(requester, id, 'extend', more));
      return acting(requester, id, 'extend', more);
    },
  },
  {
    of: 'extend.asksLeft',
    ...{ code: 'limit_reached', says: `At most ${MAX_EXTENSIONS_ASKED} extensions of one grant are asked for.` },
    refused: async (scene) => {
      const { requester, id } = await granted(scene);
      for (let i = 0; i < MAX_EXTENSIONS_ASKED; i += 1) {
        await done(scene, acting(requester, id, 'extend', more));
        await done(scene, acting(requester, id, 'cancel'));
      }
      return acting(requester, id, 'extend', more);
    },
  },
  {
    of: 'extend.policyActive',
    ...{ code: 'policy_changed', says: ANY_POLICY },
    refused: async (scene) => {
      const { requester, id } = await granted(scene);
      await scene.anotherPolicy();
      return acting(requester, id, 'extend', more);
    },
  },
  {
    of: 'extend.noHold',
    ...{ code: 'on_hold', says: NO_HOLD },
    refused: async (scene) => {
      const { requester, id, entitlementId } = await granted(scene);
      await scene.holdOn({ on: 'entitlement', entitlementId });
      return acting(requester, id, 'extend', more);
    },
  },
  {
    of: 'extend.eligible',
    ...{ code: 'not_eligible', says: 'You are still eligible for the entitlement.' },
    refused: async (scene) => {
      const { name, id } = await granted(scene);
      return acting(await scene.broker.signIn(name, []), id, 'extend', more);
    },
  },
  {
    of: 'extend.policyUnchanged',
    ...{ code: 'policy_changed', says: 'What was approved is still what access.yml says.' },
    refused: async (scene) => {
      const { requester, id, entitlementId } = await granted(scene);
      scene.change(entitlementId, { roleArn: 'arn:aws:iam::111122223333:role/hatcheck/Other' });
      return acting(requester, id, 'extend', more);
    },
  },
  {
    of: 'extend.duration',
    ...{ code: 'invalid_input', says: 'At most 1 h 30 min more.' },
    refused: async (scene) => {
      const { requester, id } = await granted(scene);
      return acting(requester, id, 'extend', { ...more, durationSeconds: 5401 });
    },
  },
  {
    of: 'extend.justification',
    ...{ code: 'invalid_input', says: 'At least 10 characters.' },
    refused: async (scene) => {
      const { requester, id } = await granted(scene);
      return acting(requester, id, 'extend', { ...more, justification: 'More.' });
    },
  },
];

export const askingRows: readonly Row[] = [
  ...submitting,
  {
    of: 'submit.hours',
    ...{ code: 'outside_hours', says: /^Within \w{3}, 00:00 to 00:01, UTC\.$/ },
    refused: (scene) => ask(scene, { hours: neverNow(scene) }),
  },
  ...signInRows('submit', signedIn),
  ...extending,
  ...signInRows('extend', async (scene, overrides, signIn) => {
    const { name, id, entitlementId } = await granted(scene);
    scene.change(entitlementId, overrides);
    return acting(await scene.broker.signIn(name, ['sre'], signIn), id, 'extend', more);
  }),
];
