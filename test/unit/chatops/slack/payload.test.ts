import { describe, expect, test } from '@jest/globals';
import { readCommand, readInteraction } from '../../../../lib/chatops/slack/payload.ts';
import { replyAddress } from '../../../../lib/chatops/slack/reply-address.ts';
import { commandBody, pressPayload, slackSettings, submissionPayload } from '../../../support/slack.ts';

const US = slackSettings;
const GRID = { ...US, enterpriseId: 'E0OURS' };
const ID = `r_${'A'.repeat(26)}`;

const command = (change: Record<string, string> = {}, us = US) =>
  readCommand(Object.fromEntries(new URLSearchParams(commandBody(change))), us);
const press = (change: object = {}, us = US) => readInteraction(JSON.stringify(pressPayload(change)), us);
const submission = (change: object = {}) => readInteraction(JSON.stringify(submissionPayload(change)), US);
const sayingOf = (read: ReturnType<typeof press>) =>
  typeof read === 'object' && 'act' in read ? read.act.saying : read;
const idOf = (read: ReturnType<typeof press>) => (typeof read === 'object' && 'act' in read ? read.act.id : read);
const button = (action_id: string, value?: string) => ({ actions: [{ action_id, value, type: 'button' }] });
const user = (change: object) => ({ user: { ...pressPayload().user, ...change } });

describe('what is said', () => {
  test('by a button: the request and what was shown of it, and nothing else that the button brings', () => {
    expect(press()).toEqual({
      act: {
        id: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/),
        account: { platform: 'slack', workspace: 'T0OURS', user: 'U0ALICE' },
        name: 'alice',
        place: {
          channel: 'C0SRE',
          message: '1700000000.000100',
          replyTo: 'https://hooks.slack.com/actions/T0OURS/2/def',
        },
        saying: { type: 'approve', requestId: ID, seq: 3 },
      },
    });
    expect(sayingOf(press(button('deny', `${ID}.0`)))).toEqual({
      ...{ type: 'deny', requestId: ID, seq: 0, reason: 'Not today.' },
    });
    expect(sayingOf(press({ ...button('deny', `${ID}.0`), state: undefined }))).toMatchObject({ reason: '' });
    expect(sayingOf(press(button('form')))).toEqual({ type: 'form', trigger: '3.4.def' });
    expect(press(button('open'))).toBe('nothing');
  });

  test('by the form', () => {
    const asked = {
      ...{ type: 'ask', entitlementId: 'prod-admin', justification: 'The queue is stuck.' },
      ...{ durationSeconds: 1800, ticket: 'OPS-1' },
    };
    expect(submission()).toMatchObject({ act: { place: {}, saying: asked } });
    const { view } = submissionPayload();
    const values = { ...view.state.values, ticket: undefined };
    expect(sayingOf(submission({ view: { ...view, state: { values } } }))).not.toHaveProperty('ticket');
  });

  test.each([
    ['', { type: 'form', trigger: '1.2.abc' }],
    [' Ask ', { type: 'form', trigger: '1.2.abc' }],
    ['mine', { type: 'list' }],
    ['list', { type: 'list' }],
    ['link', { type: 'link' }],
    ['approve everything', { type: 'help' }],
  ])('by the command: %j', (text, saying) => {
    expect(sayingOf(command({ text }))).toEqual(saying);
  });

  test('is one act however often it is sent, and another for each press, person and team', () => {
    expect(idOf(press({ state: undefined, response_url: undefined }))).toBe(idOf(press()));
    const others = [press({ trigger_id: '9.9' }), press(user({ id: 'U0BOB' })), press()].map(idOf);
    expect(new Set(others).size).toBe(3);
  });
});

describe('attack', () => {
  test.each([
    ['of another app', press({ api_app_id: 'A0OTHER' }), 'other_app'],
    ['a form of another app', submission({ view: { ...submissionPayload().view, app_id: 'A0OTHER' } }), 'other_app'],
    ['a command of another app', command({ api_app_id: 'A0OTHER' }), 'other_app'],
    ['from another workspace', press({ team: { id: 'T0THEIRS' } }), 'other_workspace'],
    ['a command from another workspace', command({ team_id: 'T0THEIRS' }), 'other_workspace'],
    ['from another enterprise', press({ enterprise: { id: 'E0THEIRS' } }, GRID), 'other_workspace'],
    ['from no enterprise', press({}, GRID), 'other_workspace'],
    ['a command from no enterprise', command({}, GRID), 'other_workspace'],
    ['by a guest of a shared channel', press(user({ team_id: 'T0THEIRS' })), 'not_a_member'],
    ['by a guest of ours', press(user({ is_restricted: true })), 'not_a_member'],
    ['by a guest of one channel', press(user({ is_ultra_restricted: true })), 'not_a_member'],
    ['by a stranger', press(user({ is_stranger: true })), 'not_a_member'],
    ['by a bot', press(user({ is_bot: true })), 'not_a_member'],
    ['by somebody who left', press(user({ deleted: true })), 'not_a_member'],
    ['by nobody', press({ user: undefined }), 'malformed'],
    ['by several at once', press({ user: [pressPayload().user] }), 'malformed'],
    ['to answer elsewhere', press({ response_url: 'https://hooks.slack.com.example.com/x' }), 'foreign_reply_address'],
    ['a command to answer elsewhere', command({ response_url: 'http://169.254.169.254/' }), 'foreign_reply_address'],
    ['two buttons at once', press({ actions: [...pressPayload().actions, ...pressPayload().actions] }), 'malformed'],
    ['no button', press({ actions: [] }), 'malformed'],
    ['a button that is none of ours', press(button('extend', `${ID}.0`)), 'malformed'],
    ['a request that is none', press(button('approve', 'control.0')), 'malformed'],
    ['a request with more behind it', press(button('approve', `${ID}.0.x`)), 'malformed'],
    ['without what was shown', press(button('approve', ID)), 'malformed'],
    ['no value', press(button('approve')), 'malformed'],
    ['another command', command({ command: '/approve' }), 'malformed'],
    ['another form', submission({ view: { ...submissionPayload().view, callback_id: 'grant' } }), 'malformed'],
    [
      'a form without values',
      submission({ view: { ...submissionPayload().view, state: { values: {} } } }),
      'malformed',
    ],
    ['of another kind', press({ type: 'shortcut' }), 'malformed'],
    ['no payload', readInteraction(undefined, US), 'malformed'],
    ['no JSON', readInteraction('{', US), 'malformed'],
  ])('%s', (_case, read, fault) => {
    expect(read).toEqual({ fault });
  });

  test('on a grid people of the enterprise count, in our workspace', () => {
    expect(press({ enterprise: { id: 'E0OURS' }, ...user({ team_id: 'E0OURS' }) }, GRID)).toHaveProperty('act');
    expect(command({ enterprise_id: 'E0OURS' }, GRID)).toHaveProperty('act');
  });
});

describe('where it is answered', () => {
  test('is Slack’s host alone, or what stands in for it', () => {
    expect(replyAddress('https://hooks.slack.com/actions/T1/1/x')).toBe('https://hooks.slack.com/actions/T1/1/x');
    expect(replyAddress('http://127.0.0.1:3006/reply/1', 'http://127.0.0.1:3006/api')).toBe(
      'http://127.0.0.1:3006/reply/1',
    );
    expect(replyAddress('https://hooks.slack.com/x', 'http://127.0.0.1:3006')).toBeUndefined();
  });

  test.each([
    'http://hooks.slack.com/x',
    'https://hooks.slack.com:8443/x',
    'https://hooks.slack.com@example.com/x',
    'https://user@hooks.slack.com/x',
    'https://hooks.slack.com.example.com/x',
    'https://example.com/hooks.slack.com',
    'https://evil.hooks.slack.com/x',
    'https://hооks.slack.com/x',
    'https://hooks.slack.com./x',
    'https://hooks.slack.com/x#y',
    'javascript:alert(1)',
    '//hooks.slack.com/x',
    '',
  ])('attack: %s', (text) => {
    expect(replyAddress(text)).toBeUndefined();
  });
});
