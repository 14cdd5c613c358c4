import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { dynamoChatLinks } from '../../lib/aws/chat-links.ts';
import { dynamoDirectory } from '../../lib/aws/directory.ts';
import type { Notice } from '../../lib/broker/notice.ts';
import type { ChatSettings } from '../../lib/chatops/settings.ts';
import type { Principal } from '../../lib/domain/principal.ts';
import { NOON, approved, approver, engineer, entitlement, noon, security, stage } from '../support/builders.ts';
import { WORKSPACE, buttonsOf, textsOf } from '../support/slack-workspace.ts';
import {
  APPROVERS,
  type NoticeScene,
  REQUESTER,
  SLACK,
  begunRequest,
  noticeFunction,
  setAside,
  startNoticeScene,
} from './notice-scene.ts';

let scene: NoticeScene;
let before = 0;

beforeAll(async () => {
  scene = await startNoticeScene();
  for (const person of [engineer, approver, security]) await dynamoDirectory(scene.identity).remember(person);
});
afterAll(() => scene.close());
beforeEach(() => {
  scene.slack.forget();
  before = scene.aws.mails.length;
});

const mails = () => scene.aws.mails.slice(before);
const MAIL = {
  from: 'hatcheck@example.com',
  channels: [{ approvers: ['okta:security'], channel: 'soc@example.com' }],
} satisfies ChatSettings['mail'];

/** Security, named one by one. */
const named = [{ provider: 'okta', issuer: security.issuer, subject: security.subject }];
const byName = entitlement({
  approval: { stages: [{ from: { groups: [], people: named }, count: 1 }, stage('sre-leads')], withinSeconds: 1800 },
});
const NAMED: Notice['to'] = [{ role: 'approvers', groups: [], people: named }];

/** With an account in chat, while it is done. */
const linked = async ({ handle }: Principal, user: string, work: () => Promise<void>): Promise<void> => {
  const links = dynamoChatLinks(scene.identity);
  const account = { platform: 'slack' as const, workspace: WORKSPACE.teamId, user };
  await links.put({ account, handle, at: NOON });
  await work().finally(() => links.remove({ account, handle }));
};

describe('by mail', () => {
  test('a requester without an account in chat is told what became of it, once, with a link to the portal alone', async () => {
    const { tell } = noticeFunction(scene, { slack: SLACK, mail: MAIL });
    const { id, of } = await begunRequest(scene, undefined, approved(approver, noon(30)));
    const told = of('approved', REQUESTER);
    expect(await tell(told, told)).toStrictEqual([]);
    expect(await tell(told)).toStrictEqual([]);
    expect(mails()).toMatchObject([
      { from: MAIL.from, to: ['engineer@example.com'], subject: '[Hatcheck] Approved: Administer production' },
    ]);
    expect(mails()[0]?.text.match(/https?:\S+/g)).toEqual([`https://hatcheck.example.com/requests/${id}`]);
    expect(scene.slack.messages).toStrictEqual([]);
  });

  test('whoever has an account in chat gets none', async () => {
    const { tell } = noticeFunction(scene, { slack: SLACK, mail: MAIL });
    const { of } = await begunRequest(scene, undefined, approved(approver, noon(30)));
    await linked(engineer, 'U0ENGINEER', async () => {
      expect(await tell(of('approved', REQUESTER))).toStrictEqual([]);
    });
    expect([mails(), scene.slack.messages.map(({ channel }) => channel)]).toEqual([[], ['D0ENGINEER']]);
  });

  test('the address of approvers has what they need, the reminder too, and no way to say yes', async () => {
    const channels = [{ approvers: ['okta:sre-leads'], channel: 'leads@example.com' }];
    const { tell } = noticeFunction(scene, { mail: { ...MAIL, channels } });
    const { of } = await begunRequest(scene);
    expect(await tell(of('approval_wanted', APPROVERS), of('approval_reminder', APPROVERS))).toStrictEqual([]);
    expect(mails().map(({ to, subject }) => [...to, subject])).toEqual([
      ['leads@example.com', '[Hatcheck] engineer asks: Administer production'],
      ['leads@example.com', '[Hatcheck] Still waiting for a yes. engineer asks: Administer production'],
    ]);
    for (const { text } of mails())
      for (const part of ['111122223333', 'For: 1 h', 'Asks for the first time.', 'Open in the portal: https://'])
        expect(text).toContain(part);
    expect(mails()[0]?.text).not.toMatch(/^(Approve|Deny)/m);
  });

  test('a late reminder of what was decided does not say that it waits', async () => {
    const channels = [{ approvers: ['okta:sre-leads'], channel: 'leads@example.com' }];
    const { tell } = noticeFunction(scene, { mail: { ...MAIL, channels } });
    const { of } = await begunRequest(scene, undefined, approved(approver, noon(30)));
    await tell(of('approval_reminder', APPROVERS));
    expect(mails().map(({ subject }) => subject)).toEqual(['[Hatcheck] Approved: Administer production']);
  });

  test('the address of breakGlass.notify is told of a break-glass, and that is enough', async () => {
    const { tell } = noticeFunction(scene, { mail: { ...MAIL, channels: [] } });
    const { of } = await begunRequest(scene);
    expect(await tell(of('break_glass', [{ role: 'channel', channel: 'mail:soc@example.com' }]))).toStrictEqual([]);
    expect(mails().map(({ to }) => to)).toEqual([['soc@example.com']]);
  });

  test('what SES rejects is set aside, and who was told meanwhile is not told twice', async () => {
    const { tell, log } = noticeFunction(scene, { slack: SLACK, mail: { ...MAIL, from: 'hatcheck@example.org' } });
    const { of } = await begunRequest(scene);
    const lost = of('break_glass', [...APPROVERS, { role: 'channel', channel: 'mail:soc@example.com' }]);
    expect(await tell(lost)).toStrictEqual([]);
    expect(await setAside(scene)).toContainEqual(lost);
    expect([mails(), scene.slack.messages.length]).toEqual([[], 1]);
    expect(log.text()).not.toContain('soc@example.com');
  });

  test('while SES does not answer it comes again', async () => {
    const { of } = await begunRequest(scene);
    const wanted = of('break_glass', [{ role: 'channel', channel: 'mail:soc@example.com' }]);
    const away = noticeFunction(scene, { mail: MAIL }, undefined, { ses: 'http://127.0.0.1:9' });
    expect(await away.tell(wanted)).toEqual(['message-1']);
    expect(await noticeFunction(scene, { mail: MAIL }).tell(wanted)).toStrictEqual([]);
    expect(mails()).toHaveLength(1);
  });

  test('without mail in access.yml nobody gets any', async () => {
    const { tell } = noticeFunction(scene);
    const { of } = await begunRequest(scene, undefined, approved(approver, noon(30)));
    expect(await tell(of('approved', REQUESTER))).toStrictEqual([]);
    expect(mails()).toStrictEqual([]);
  });

  test.each([
    'Erin <erin@example.com>',
    'erin@example.com,mallory@evil.example',
    'erin@[10.0.0.1]',
    'erin@example.com;x',
  ])('attack: a requester whose directory calls them %j gets none, and nobody else does', async (email) => {
    await dynamoDirectory(scene.identity).remember({ ...engineer, email });
    const { tell } = noticeFunction(scene, { mail: MAIL });
    const { of } = await begunRequest(scene, undefined, approved(approver, noon(30)));
    expect(await tell(of('approved', REQUESTER))).toStrictEqual([]);
    expect(mails()).toStrictEqual([]);
    await dynamoDirectory(scene.identity).remember(engineer);
  });
});

describe('an approver whom access.yml names', () => {
  test('is told alone in chat, with the buttons, and the message is kept true', async () => {
    const { tell } = noticeFunction(scene, { slack: SLACK }, byName);
    const { of, add } = await begunRequest(scene, byName);
    await linked(security, 'U0SECURITY', async () => {
      expect(await tell(of('approval_wanted', NAMED), of('approval_reminder', NAMED))).toStrictEqual([]);
      const [asked, reminder] = scene.slack.messages;
      expect([asked?.channel, asked && buttonsOf(asked)]).toEqual(['D0SECURITY', ['approve', 'deny', 'open']]);
      expect(reminder?.thread).toBe(asked?.ts);
      await add(approved(security, noon(10)));
      expect(await tell(of('approval_wanted', APPROVERS, 'second'))).toStrictEqual([]);
    });
    const [own] = scene.slack.messages;
    expect(own && buttonsOf(own)).toEqual(['open']);
    expect(own && textsOf(own).join(' ')).toContain('1 of 1');
    expect(scene.slack.messages).toHaveLength(3);
  });

  test('is told by mail where they have no account', async () => {
    const { tell } = noticeFunction(scene, { slack: SLACK, mail: MAIL }, byName);
    const { of } = await begunRequest(scene, byName);
    expect(await tell(of('approval_wanted', NAMED))).toStrictEqual([]);
    expect(mails()).toMatchObject([{ to: ['security@example.com'] }]);
  });

  test('and never signed in is told nothing, and nobody in their place', async () => {
    const { tell } = noticeFunction(scene, { slack: SLACK, mail: MAIL });
    const { of } = await begunRequest(scene);
    const people = [{ provider: 'okta', issuer: 'https://elsewhere.example.com', subject: security.subject }];
    expect(await tell(of('approval_wanted', [{ role: 'approvers', groups: [], people }]))).toStrictEqual([]);
    expect([mails(), scene.slack.messages]).toEqual([[], []]);
  });

  test('and is the requester is not asked for their own yes', async () => {
    const people = [{ provider: 'okta', issuer: engineer.issuer, subject: engineer.subject }];
    const { tell } = noticeFunction(scene, { slack: SLACK, mail: MAIL });
    const { of } = await begunRequest(scene);
    expect(await tell(of('approval_wanted', [{ role: 'approvers', groups: [], people }]))).toStrictEqual([]);
    expect(mails()).toStrictEqual([]);
  });

  test('as a reviewer hears of a break-glass, and that is enough', async () => {
    const { tell } = noticeFunction(scene, { slack: SLACK, mail: MAIL });
    const { of } = await begunRequest(scene);
    const lost = of('break_glass', [{ role: 'reviewers', groups: [], people: named }]);
    expect(await tell(lost)).toStrictEqual([]);
    expect(mails()).toMatchObject([{ to: ['security@example.com'] }]);
    expect(await setAside(scene)).not.toContainEqual(lost);
  });
});
