import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { dynamoChatLinks } from '../../lib/aws/chat-links.ts';
import type { RecordedEvent } from '../../lib/domain/event.ts';
import { NOON, approved, approver, engineer, noon, recorded, security, words } from '../support/builders.ts';
import { APPROVALS, type TestWorkspace, WORKSPACE, buttonsOf, textsOf } from '../support/slack-workspace.ts';
import {
  APPROVERS,
  type NoticeScene,
  REQUESTER,
  begunRequest,
  noticeFunction,
  setAside,
  startNoticeScene,
} from './notice-scene.ts';

let scene: NoticeScene;
let slack: TestWorkspace;
let log: ReturnType<typeof noticeFunction>['log'];
let tell: ReturnType<typeof noticeFunction>['tell'];

beforeAll(async () => {
  scene = await startNoticeScene();
  ({ slack } = scene);
});
afterAll(() => scene.close());
beforeEach(() => {
  slack.forget();
  ({ log, tell } = noticeFunction(scene));
});

const begun = (...more: readonly RecordedEvent[]) => begunRequest(scene, undefined, ...more);

test('the channel of the approvers gets what they need, with the buttons, and nothing that is a secret', async () => {
  const { id, of } = await begun();
  expect(await tell(of('approval_wanted', APPROVERS))).toStrictEqual([]);
  const [posted] = slack.messages;
  expect(slack.messages).toHaveLength(1);
  expect(posted?.channel).toBe(APPROVALS);
  const texts = posted ? textsOf(posted) : [];
  for (const text of ['111122223333', 'Asks for the first time.', '1 h'])
    expect(texts.some((each) => each.includes(text))).toBe(true);
  expect(posted && buttonsOf(posted)).toEqual(['approve', 'deny', 'open']);
  expect(JSON.stringify(posted?.blocks)).toContain(`https://hatcheck.example.com/requests/${id}`);
  expect(log.lines()).toStrictEqual([]);
});

test('the same notice twice is one message, also at once in a batch', async () => {
  const { of } = await begun();
  const wanted = of('approval_wanted', APPROVERS);
  expect(await tell(wanted, wanted)).toStrictEqual([]);
  expect(await tell(wanted)).toStrictEqual([]);
  expect(slack.calls).toEqual(['chat.postMessage']);
});

test('a decision made elsewhere is shown in the message, and its requester is told alone, once', async () => {
  const { of, add } = await begun();
  const links = dynamoChatLinks(scene.identity);
  const account = { platform: 'slack' as const, workspace: WORKSPACE.teamId, user: 'U0ENGINEER' };
  await links.put({ account, handle: engineer.handle, at: NOON });
  await tell(of('approval_wanted', APPROVERS));
  await add(approved(approver, noon(30)));
  const told = of('approved', REQUESTER);
  expect(await tell(told, told)).toStrictEqual([]);
  expect(slack.calls).toEqual(['chat.postMessage', 'chat.update', 'chat.postMessage']);
  const [shared, direct] = slack.messages;
  expect(shared && [textsOf(shared)[0], buttonsOf(shared)]).toEqual([
    ...['Approved: Administer production', ['revoke', 'open']],
  ]);
  expect(direct?.channel).toBe('D0ENGINEER');
  await links.remove({ account, handle: engineer.handle });
});

test('a late notice shows what is so now, never what was', async () => {
  const { of, add } = await begun();
  await add(approved(approver, noon(10)));
  await add(recorded('request.revoked', { reason: words('stop') }, { by: security, at: noon(20) }));
  await tell(of('revoked', REQUESTER));
  expect(slack.messages).toStrictEqual([]);
  await tell(of('approval_wanted', APPROVERS));
  expect(slack.messages.map((one) => [textsOf(one)[0], buttonsOf(one)])).toEqual([
    ['Revoked: Administer production', ['open']],
  ]);
});

test('a grant that its requester ends is shown as ended, and nobody is told anew', async () => {
  const { of, add } = await begun();
  await tell(of('approval_wanted', APPROVERS));
  await add(approved(approver, noon(10)));
  await add(recorded('request.ended', {}, { by: engineer, at: noon(20) }));
  await tell(of('ended', []));
  expect(slack.messages.map((one) => textsOf(one)[0])).toEqual(['Ended early: Administer production']);
});

test('a reminder stands in the thread of the message', async () => {
  const { of } = await begun();
  await tell(of('approval_wanted', APPROVERS), of('approval_reminder', APPROVERS));
  const [first, second] = slack.messages;
  expect(second?.thread).toBe(first?.ts);
});

test('a channel that access.yml names by name is told of a break-glass, with no button to decide', async () => {
  const { of } = await begun();
  await tell(of('break_glass', [{ role: 'channel', channel: 'slack:#security' }]));
  expect(slack.messages.map((one) => [one.channel, buttonsOf(one)])).toEqual([['C0SECURITY', ['open']]]);
});

describe('while the platform does not take it', () => {
  test.each([
    ['too many', { status: 429, retryAfter: '30' }],
    ['down', { status: 503 }],
    ['not as Slack answers', { status: 200, body: '<html>' }],
  ])('it comes again, and so does what follows of that request, and of no other: %s', async (_why, failure) => {
    const [one, other] = [await begun(), await begun()];
    slack.failNext(failure);
    const wanted = one.of('approval_wanted', APPROVERS);
    const reminder = one.of('approval_reminder', APPROVERS, 'later');
    expect(await tell(wanted, reminder, other.of('approval_wanted', APPROVERS))).toEqual(['message-1', 'message-2']);
    expect(slack.messages).toHaveLength(1);
    expect(await tell(wanted, reminder)).toStrictEqual([]);
    expect(slack.messages).toHaveLength(3);
    expect(log.text()).not.toContain(slack.botToken);
  });
});

test('what the platform will never take is set aside at once, where an alarm tells of it', async () => {
  const { of } = await begun();
  const lost = of('break_glass', [{ role: 'channel', channel: 'slack:#nowhere' }]);
  expect(await tell(lost)).toStrictEqual([]);
  expect(await setAside(scene)).toContainEqual(lost);
});

test.each([
  ['a platform that nobody set up', [{ role: 'channel', channel: 'teams:19:abc@thread.tacv2' }]],
  ['a channel of no platform at all', [...APPROVERS, { role: 'channel', channel: '#security' }]],
  ['reviewers who have no channel', [{ role: 'reviewers', groups: ['okta:nobody-listens'] }]],
  ['nobody', []],
] as const)('attack: a break-glass that is told to %s is not lost in silence, but set aside', async (_whom, to) => {
  const { of } = await begun();
  const lost = of('break_glass', to);
  expect(await tell(lost)).toStrictEqual([]);
  expect(await setAside(scene)).toContainEqual(lost);
  expect(slack.messages).toHaveLength(to.length === 2 ? 1 : 0);
});

test.each(['', '[]', '{"id":"x"}', '{"requestId":"request#x"}'])('what is no notice is set aside: %j', async (body) => {
  expect(await tell(body)).toStrictEqual([]);
  expect(slack.messages).toStrictEqual([]);
});

test('a message that is gone is posted again', async () => {
  const { of, add } = await begun();
  await tell(of('approval_wanted', APPROVERS));
  slack.forget();
  await add(approved(approver, noon(30)));
  await tell(of('approved', REQUESTER));
  expect(slack.messages.map((one) => textsOf(one)[0])).toEqual(['Approved: Administer production']);
});
