import { describe, expect, test } from '@jest/globals';
import { readActivity } from '../../../../lib/chatops/teams/activity.ts';
import {
  ALICE,
  SERVICE_URL,
  askActivity,
  messageActivity,
  pressActivity,
  teamsSettings,
} from '../../../support/teams.ts';

const read = (activity: object | string, serviceUrl = SERVICE_URL) =>
  readActivity(typeof activity === 'string' ? activity : JSON.stringify(activity), { serviceUrl }, teamsSettings);
const sayingOf = (activity: object): unknown => {
  const said = read(activity);
  return typeof said === 'object' && 'act' in said ? said.act.saying : said;
};
const idOf = (activity: object): string | undefined => {
  const said = read(activity);
  return typeof said === 'object' && 'act' in said ? said.act.id : undefined;
};

const requestId = `r_${'A'.repeat(26)}`;

describe('an activity', () => {
  test('says whose it is, where it was, and where to answer', () => {
    expect(read(pressActivity())).toMatchObject({
      act: {
        account: { platform: 'teams', workspace: teamsSettings.tenantId, user: ALICE },
        name: 'Alice',
        place: {
          channel: '19:sre@thread.tacv2;messageid=1700000000000',
          message: '1700000000000',
          replyTo: 'https://smba.trafficmanager.net/emea',
        },
        saying: { type: 'approve', requestId, seq: 3 },
      },
    });
  });

  test.each([
    ['<at>Hatcheck</at> link', { type: 'link' }],
    ['<at>Hatcheck</at>&nbsp;link', { type: 'link' }],
    [' LINK ', { type: 'link' }],
    ['<at id="0">Hatcheck</at>', { type: 'form', trigger: '1700000000001' }],
    ['ask', { type: 'form', trigger: '1700000000001' }],
    ['mine', { type: 'list' }],
    ['home', { type: 'home' }],
    ['<at>Hatcheck', { type: 'help' }],
    ['what is this?', { type: 'help' }],
  ])('that says %p', (text, saying) => {
    expect(sayingOf(messageActivity({ text }))).toEqual(saying);
  });

  test('whose button denies or revokes brings the reason', () => {
    expect(sayingOf(pressActivity({}, { verb: 'deny' }))).toEqual({
      ...{ type: 'deny', requestId, seq: 3, reason: 'Not today.' },
    });
    expect(sayingOf(pressActivity({}, { verb: 'revoke' }))).toMatchObject({ type: 'revoke', reason: 'Not today.' });
    const data = { value: `${requestId}.0` };
    expect(sayingOf(pressActivity({}, { verb: 'deny', data }))).toMatchObject({ seq: 0, reason: '' });
  });

  test('of the form asks', () => {
    expect(sayingOf(askActivity())).toEqual({
      ...{ type: 'ask', entitlementId: 'prod-admin', justification: 'The queue is stuck.', durationSeconds: 1800 },
      ticket: 'OPS-1',
    });
    expect(sayingOf(askActivity({ ticket: ' ' }))).not.toHaveProperty('ticket');
  });

  test('of a button that opens the form wants it', () => {
    expect(sayingOf(pressActivity({}, { verb: 'form', data: {} }))).toEqual({
      type: 'form',
      trigger: 'f:1700000000002',
    });
  });

  test.each(['conversationUpdate', 'installationUpdate', 'messageReaction', 'typing'])(
    'of type %s is of no concern',
    (type) => {
      expect(read({ type, serviceUrl: SERVICE_URL })).toBe('nothing');
    },
  );

  test('is the same when it comes again, whatever else is changed in it', () => {
    expect(idOf(pressActivity({ timestamp: 'later', locale: 'de-DE' }, { verb: 'deny' }))).toBe(idOf(pressActivity()));
  });

  test.each([
    ['of another person', pressActivity({ from: { id: '29:bob', aadObjectId: ALICE.replace('a11c', '0b0b') } })],
    ['of another id', pressActivity({ id: 'f:1' })],
    ['of another conversation', pressActivity({ conversation: { id: 'a:1' } })],
  ])('%s is another act', (_which, other) => {
    expect(idOf(other)).not.toBe(idOf(pressActivity()));
  });
});

describe('attack', () => {
  const { tenantId, appId } = teamsSettings;
  const elsewhere = tenantId.replace('aa', 'bb');

  test.each([
    ['a service address that the token does not vouch for', pressActivity({ serviceUrl: 'https://evil.example/' })],
    ['no service address', pressActivity({ serviceUrl: undefined })],
    ['one of no concern from elsewhere', { type: 'typing', serviceUrl: 'https://evil.example/' }],
  ])('%s', (_attack, activity) => {
    expect(read(activity)).toEqual({ fault: 'service_url' });
  });

  test('a service address that the token vouches for, and that is not the connector’s', () => {
    const serviceUrl = 'https://169.254.169.254/teams/';
    expect(read(pressActivity({ serviceUrl }), serviceUrl)).toEqual({ fault: 'foreign_reply_address' });
  });

  test.each([
    ['another tenant', { channelData: { tenant: { id: elsewhere } } }],
    ['a conversation of another tenant', { conversation: { id: '19:x@thread.tacv2', tenantId: elsewhere } }],
  ])('%s', (_attack, change) => {
    expect(read(pressActivity(change))).toEqual({ fault: 'other_workspace' });
  });

  test.each([
    ['another bot', { recipient: { id: `28:${appId.replace('b07a', 'ffff')}` } }],
    ['a person as whom it is for', { recipient: { id: `29:${appId}` } }],
  ])('%s', (_attack, change) => {
    expect(read(pressActivity(change))).toEqual({ fault: 'other_app' });
  });

  test.each([
    ['a bot that speaks to us', { from: { id: '28:another', aadObjectId: ALICE } }],
    ['somebody who did not sign in', { from: { id: '29:anonymous', name: 'Alice' } }],
  ])('%s', (_attack, change) => {
    expect(read(pressActivity(change))).toEqual({ fault: 'not_a_member' });
  });

  test.each<[string, object | string]>([
    ['no tenant', pressActivity({ channelData: {} })],
    ['another channel', pressActivity({ channelId: 'webchat' })],
    ['an id that is no id of Entra', pressActivity({ from: { id: '29:x', aadObjectId: '../admin' } })],
    ['no id', pressActivity({ id: undefined })],
    ['an invoke of another name', pressActivity({ name: 'task/fetch' })],
    ['a type that nobody knows', pressActivity({ type: 'event' })],
    ['a client that presses by itself', pressActivity({ value: { ...pressActivity().value, trigger: 'automatic' } })],
    ['a submit that is no execute', pressActivity({}, { type: 'Action.Submit' })],
    ['a verb that no card of ours has', pressActivity({}, { verb: 'revoke-everything' })],
    ['a button without a request', pressActivity({}, { data: {} })],
    ['a button that says who presses', pressActivity({}, { data: { value: `${requestId}.3.engineer` } })],
    ['a button with another id', pressActivity({}, { data: { value: `${requestId}#x.3` } })],
    ['a reason that is no text', pressActivity({}, { data: { value: `${requestId}.3`, reason: ['x'] } })],
    ['a duration that is no number', askActivity({ duration: '1e9' })],
    ['no entitlement', askActivity({ entitlement: '' })],
    ['a justification of a book', askActivity({ justification: 'x'.repeat(3001) })],
    ['a tenant that is said twice', JSON.stringify(pressActivity()).replace('{', `{"channelId":"msteams",`)],
    ['a list', '[]'],
    ['no JSON', '<card/>'],
  ])('%s', (_attack, activity) => {
    expect(read(activity)).toEqual({ fault: 'malformed' });
  });

  test('names of prototypes are names like others', () => {
    const text = JSON.stringify(pressActivity()).replace(
      '"verb":"approve"',
      '"verb":"approve","__proto__":{"verb":"deny"}',
    );
    expect(read(text)).toMatchObject({ act: { saying: { type: 'approve' } } });
    expect(sayingOf(pressActivity({}, { verb: 'constructor' }))).toEqual({ fault: 'malformed' });
  });
});
