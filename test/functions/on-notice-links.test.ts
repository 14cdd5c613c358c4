import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { dynamoChatLinks } from '../../lib/aws/chat-links.ts';
import { dynamoDirectory } from '../../lib/aws/directory.ts';
import type { LinkNotice } from '../../lib/broker/link-notice.ts';
import { NOON, engineer } from '../support/builders.ts';
import { WORKSPACE, textsOf } from '../support/slack-workspace.ts';
import { type NoticeScene, SLACK, noticeFunction, setAside, startNoticeScene } from './notice-scene.ts';

let scene: NoticeScene;
let before = 0;

beforeAll(async () => {
  scene = await startNoticeScene();
  await dynamoDirectory(scene.identity).remember(engineer);
});
afterAll(() => scene.close());
beforeEach(() => {
  scene.slack.forget();
  before = scene.aws.mails.length;
});

const accountOf = (user: string) => ({ platform: 'slack' as const, workspace: WORKSPACE.teamId, user });
const linked = (id: string, change: Partial<LinkNotice> = {}): LinkNotice => ({
  ...{ id, kind: 'chat_linked', handle: engineer.handle, account: accountOf('U0ENGINEER'), at: NOON },
  ...change,
});
const mails = () => scene.aws.mails.slice(before);
const channels = () => scene.slack.messages.map(({ channel }) => channel);
const MAIL = { from: 'hatcheck@example.com', channels: [] };

test('a linked account is told for whom it speaks, and its person by mail; both once', async () => {
  const { tell } = noticeFunction(scene, { slack: SLACK, mail: MAIL });
  expect(await tell(linked('01'), linked('01'))).toStrictEqual([]);
  const [message] = scene.slack.messages;
  expect(channels()).toEqual(['D0ENGINEER']);
  expect(message && textsOf(message).join(' ')).toContain('engineer (engineer@example.com)');
  expect(JSON.stringify(message?.blocks)).toContain('https://hatcheck.example.com/chat/link');
  expect(mails()).toMatchObject([
    { to: ['engineer@example.com'], subject: '[Hatcheck] An account in Slack speaks for engineer now' },
  ]);
});

test('attack: whose account was linked to somebody else’s chat hears of it at their own', async () => {
  const links = dynamoChatLinks(scene.identity);
  await links.put({ account: accountOf('U0ENGINEER'), handle: engineer.handle, at: NOON });
  const { tell } = noticeFunction(scene);
  expect(await tell(linked('02', { account: accountOf('U0APPROVER') }))).toStrictEqual([]);
  expect(channels().sort()).toEqual(['D0APPROVER', 'D0ENGINEER']);
  await links.remove({ account: accountOf('U0ENGINEER'), handle: engineer.handle });
});

test('an account that is nobody now is told so too', async () => {
  const { tell } = noticeFunction(scene);
  expect(await tell(linked('03', { kind: 'chat_unlinked' }))).toStrictEqual([]);
  expect(scene.slack.messages.map((one) => textsOf(one)[0])).toEqual([
    'An account in Slack speaks for engineer no longer',
  ]);
});

test('of another workspace, or of a platform that is not set up, nobody is told in chat', async () => {
  const { tell } = noticeFunction(scene);
  const elsewhere = { ...accountOf('U0ENGINEER'), workspace: 'T0THEIRS' };
  const teams = { platform: 'teams' as const, workspace: 'a-tenant', user: 'somebody' };
  expect(await tell(linked('04', { account: elsewhere }), linked('05', { account: teams }))).toStrictEqual([]);
  expect(scene.slack.calls).toStrictEqual([]);
});

test('while the platform is down it comes again, and whoever was told is not told twice', async () => {
  const { tell } = noticeFunction(scene, { slack: SLACK, mail: MAIL });
  scene.slack.failNext({ status: 503 });
  expect(await tell(linked('06'))).toEqual(['message-1']);
  expect(await tell(linked('06'))).toStrictEqual([]);
  expect([channels(), mails().length]).toEqual([['D0ENGINEER'], 1]);
});

test('an account that is no longer there is set aside, where somebody looks at it', async () => {
  const { tell } = noticeFunction(scene);
  const gone = linked('07', { account: accountOf('U0GONE') });
  expect(await tell(gone)).toStrictEqual([]);
  expect(await setAside(scene)).toContainEqual(gone);
});

test('attack: what names no account, or nobody, is no notice', async () => {
  const { tell } = noticeFunction(scene);
  for (const change of [{ handle: 'x' }, { account: {} }, { kind: 'approved' }])
    expect(await tell(JSON.stringify({ ...linked('08'), ...change }))).toStrictEqual([]);
  expect(scene.slack.calls).toStrictEqual([]);
});
