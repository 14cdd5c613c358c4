import type { Entitlement } from '../../../lib/domain/entitlement.ts';
import { type Refused, type Row, type Scene, acting, begun, done, granted, staged } from './scene.ts';
import { ANY_POLICY, NO_HOLD, signInRows } from './sign-ins.ts';

const REASON = { reason: 'No.' };
const inAnHour = (scene: Scene, hours = 1): string => scene.secondsAgo(-3600 * hours);

const approve = async (scene: Scene, overrides: Partial<Entitlement>, body: object = {}): Promise<Refused> => {
  const { id } = await begun(scene, overrides, { startAt: inAnHour(scene, 2) });
  return acting(await scene.somebody(['sre-leads']), id, 'approve', body);
};

const approving: readonly Row[] = [
  {
    of: 'approve.notSelf',
    code: 'self_approval',
    says: 'Nobody approves their own request, whichever of their identities they are signed in with.',
    refused: async (scene) => {
      const { name, id } = await begun(scene);
      return acting(await scene.broker.signIn(name, ['sre', 'sre-leads']), id, 'approve');
    },
  },
  {
    of: 'approve.approver',
    ...{ code: 'not_an_approver', says: 'A stage of the request asks you, or somebody in whose place you act.' },
    refused: async (scene) => acting(await scene.somebody(['revokers']), (await begun(scene)).id, 'approve'),
  },
  {
    of: 'approve.pending',
    ...{ code: 'wrong_status', says: 'The request is pending, or an extension of it is.' },
    refused: async (scene) => acting(await scene.somebody(['sre-leads']), (await granted(scene)).id, 'approve'),
  },
  {
    of: 'approve.policyActive',
    ...{ code: 'policy_changed', says: ANY_POLICY },
    refused: async (scene) => {
      const call = await approve(scene, {});
      await scene.anotherPolicy();
      return call;
    },
  },
  {
    of: 'approve.noHold',
    ...{ code: 'on_hold', says: NO_HOLD },
    refused: async (scene) => {
      const { id, requester } = await begun(scene);
      await scene.holdOn({ on: 'person', handle: requester.split('.')[0] });
      return acting(await scene.somebody(['sre-leads']), id, 'approve');
    },
  },
  {
    of: 'approve.policyUnchanged',
    ...{ code: 'policy_changed', says: 'What was asked for is still what access.yml says.' },
    refused: async (scene) => {
      const { id, entitlementId } = await begun(scene);
      scene.change(entitlementId, { approval: staged('security') });
      return acting(await scene.somebody(['sre-leads']), id, 'approve');
    },
  },
  {
    of: 'approve.stage',
    ...{ code: 'not_an_approver', says: 'A stage that is open asks you.' },
    refused: async (scene) => {
      const { id } = await begun(scene, { approval: staged('sre-leads', 'second-line') });
      return acting(await scene.somebody(['second-line']), id, 'approve');
    },
  },
  {
    of: 'approve.channel',
    ...{ code: 'channel_not_allowed', says: 'Said by way of portal.' },
    refused: (scene) => approve(scene, { approverRequires: { mfa: false, channel: 'portal' } }),
  },
  {
    of: 'approve.onlyLess',
    ...{ code: 'invalid_input', says: 'At most the 30 min that were asked for.' },
    refused: (scene) => approve(scene, {}, { durationSeconds: 1801 }),
  },
  {
    of: 'approve.onlyLater',
    ...{ code: 'invalid_input', says: 'Only later than was asked for.' },
    refused: (scene) => approve(scene, {}, { startAt: inAnHour(scene) }),
  },
  ...signInRows(
    'approve',
    async (scene, overrides, signIn) => {
      const { id } = await begun(scene, overrides);
      return acting(await scene.somebody(['sre-leads'], signIn), id, 'approve');
    },
    'approverRequires',
  ),
];

const closing: readonly Row[] = [
  {
    of: 'deny.notSelf',
    ...{ code: 'not_an_approver', says: 'The requester cancels instead.' },
    refused: async (scene) => {
      const { requester, id } = await begun(scene);
      return acting(requester, id, 'deny', REASON);
    },
  },
  {
    of: 'deny.approver',
    ...{ code: 'not_an_approver', says: 'A stage of the request asks you, or somebody in whose place you act.' },
    refused: async (scene) => acting(await scene.somebody(['revokers']), (await begun(scene)).id, 'deny', REASON),
  },
  {
    of: 'deny.pending',
    ...{ code: 'wrong_status', says: 'The request is pending, or an extension of it is.' },
    refused: async (scene) => {
      const { approver, id } = await granted(scene);
      return acting(approver, id, 'deny', REASON);
    },
  },
  {
    of: 'cancel.requester',
    ...{ code: 'not_the_requester', says: 'The request is your own.' },
    refused: async (scene) => acting(await scene.somebody(['sre-leads']), (await begun(scene)).id, 'cancel'),
  },
  {
    of: 'cancel.status',
    ...{ code: 'wrong_status', says: 'The request is pending.' },
    refused: async (scene) => {
      const { requester, id } = await granted(scene);
      return acting(requester, id, 'cancel');
    },
  },
  {
    of: 'end.requester',
    ...{ code: 'not_the_requester', says: 'The request is your own.' },
    refused: async (scene) => {
      const { approver, id } = await granted(scene);
      return acting(approver, id, 'end');
    },
  },
  {
    of: 'end.status',
    ...{ code: 'wrong_status', says: 'The request is approved.' },
    refused: async (scene) => {
      const { requester, id } = await begun(scene);
      return acting(requester, id, 'end');
    },
  },
  {
    of: 'revoke.revoker',
    ...{
      code: 'not_an_approver',
      says: 'You approve or revoke for this entitlement, and the request is not your own.',
    },
    refused: async (scene) => {
      const { requester, id } = await granted(scene);
      return acting(requester, id, 'revoke', REASON);
    },
  },
  {
    of: 'revoke.status',
    ...{ code: 'wrong_status', says: 'The request is approved, or sessions of it may still be out.' },
    refused: async (scene) => acting(await scene.somebody(['revokers']), (await begun(scene)).id, 'revoke', REASON),
  },
];

const SEEN = { verdict: 'justified', comment: 'I looked at it.' };
const broken = (scene: Scene) => begun(scene, {}, { breakGlass: true });

const reviewing: readonly Row[] = [
  {
    of: 'review.breakGlass',
    ...{ code: 'wrong_status', says: 'It was break-glass.' },
    refused: async (scene) => {
      const { approver, id } = await granted(scene);
      return acting(approver, id, 'review', SEEN);
    },
  },
  {
    of: 'review.notSelf',
    code: 'self_approval',
    says: 'Nobody reviews their own, whichever of their identities they are signed in with.',
    refused: async (scene) => {
      const { name, id } = await broken(scene);
      return acting(await scene.broker.signIn(name, ['sre', 'reviewers']), id, 'review', SEEN);
    },
  },
  {
    of: 'review.reviewer',
    ...{ code: 'not_an_approver', says: 'You are one of its reviewers.' },
    refused: async (scene) => acting(await scene.somebody(['revokers']), (await broken(scene)).id, 'review', SEEN),
  },
  {
    of: 'review.unreviewed',
    ...{ code: 'already_decided', says: 'Nobody has reviewed it.' },
    refused: async (scene) => {
      const { id } = await broken(scene);
      await done(scene, acting(await scene.somebody(['reviewers']), id, 'review', SEEN));
      return acting(await scene.somebody(['reviewers']), id, 'review', SEEN);
    },
  },
];

export const decidingRows: readonly Row[] = [...approving, ...closing, ...reviewing];
