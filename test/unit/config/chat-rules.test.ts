import { describe, expect, test } from '@jest/globals';
import { parseAccess } from '../../../lib/config/access-file.ts';
import { ONE_OF_EACH, faultsIn, noFiles } from '../../support/access-file.ts';

const parse = (chat: string) =>
  parseAccess(
    `${ONE_OF_EACH}entitlements:
  prod-admin:
    role: { account: prod, name: Admin }
    requesters: { groups: [sre] }
    approval: auto
    maxDuration: 1h
chat: ${chat}
`,
    noFiles,
  ).chat;

const faultsOf = (chat: string): readonly string[] => faultsIn(() => parse(chat));

const SLACK = {
  appId: 'A0123',
  teamId: 'T0123',
  signingSecrets: ['ssm:/hatcheck/$stage/chat/in/slack'],
  botToken: 'ssm:/hatcheck/$stage/chat/out/slack',
  channels: [{ approvers: ['sre-leads'], channel: 'C0123' }],
};
const TEAMS = {
  appId: '00000000-0000-4000-8000-000000000000',
  tenantId: '11111111-1111-4111-8111-111111111111',
  appPassword: 'env:TEAMS',
  channels: [{ approvers: ['okta:sre-leads'], channel: '19:abc_DEF-1@thread.tacv2' }],
};
const MAIL = {
  from: 'hatcheck@example.com',
  channels: [{ approvers: ['security'], channel: 'security@example.com' }],
};
const slack = (change: object): string => JSON.stringify({ slack: { ...SLACK, ...change } });
const teams = (change: object): string => JSON.stringify({ teams: { ...TEAMS, ...change } });

describe('chat in access.yml', () => {
  test('is Slack, Teams and mail, groups qualified; channels may be none', () => {
    expect(parse(JSON.stringify({ slack: SLACK, teams: TEAMS, mail: MAIL }))).toEqual({
      slack: { ...SLACK, channels: [{ approvers: ['okta:sre-leads'], channel: 'C0123' }] },
      teams: TEAMS,
      mail: { ...MAIL, channels: [{ approvers: ['okta:security'], channel: 'security@example.com' }] },
    });
    expect(parse('{ mail: { from: hatcheck@example.com } }')).toEqual({
      mail: { from: 'hatcheck@example.com', channels: [] },
    });
    expect(parse(slack({ channels: undefined }))).toEqual({ slack: { ...SLACK, channels: [] } });
  });

  test('is each of them only where it is written', () => {
    expect(parse('{}')).toEqual({});
    expect(parse(slack({ enterpriseId: 'E0123' }))).toHaveProperty('slack.enterpriseId', 'E0123');
  });

  test.each([
    [
      'a secret that is written',
      slack({ signingSecrets: ['8f742231b10e'] }),
      'chat.slack.signingSecrets[0] literal_secret',
    ],
    [
      'what verifies, to speak with',
      slack({ botToken: 'ssm:/hatcheck/$stage/chat/in/slack' }),
      'chat.slack.botToken literal_secret',
    ],
    [
      'what speaks, to verify with',
      slack({ signingSecrets: ['ssm:/hatcheck/$stage/chat/out/slack'] }),
      'chat.slack.signingSecrets[0] literal_secret',
    ],
    [
      'a secret of another stage',
      teams({ appPassword: 'ssm:/hatcheck/dev/chat/out/t' }),
      'chat.teams.appPassword literal_secret',
    ],
    ['no signing secret', slack({ signingSecrets: [] }), 'chat.slack.signingSecrets out_of_range'],
    [
      'three signing secrets',
      slack({ signingSecrets: ['env:A', 'env:B', 'env:C'] }),
      'chat.slack.signingSecrets out_of_range',
    ],
    [
      'a channel by its name',
      slack({ channels: [{ approvers: ['sre'], channel: '#sre' }] }),
      'chat.slack.channels[0].channel invalid_format',
    ],
    ['a tenant that is none', teams({ tenantId: 'common' }), 'chat.teams.tenantId invalid_format'],
    ['a sender with a name', '{ mail: { from: "Hatcheck <hatcheck@example.com>" } }', 'chat.mail.from invalid_format'],
    [
      'two addresses in one channel',
      JSON.stringify({
        mail: { ...MAIL, channels: [{ approvers: ['sre'], channel: 'a@example.com, b@example.com' }] },
      }),
      'chat.mail.channels[0].channel invalid_format',
    ],
    ['another platform', '{ irc: {} }', 'chat.irc unknown_key'],
  ])('%s is refused', (_case, chat, expected) => {
    expect(faultsOf(chat)).toEqual([expected]);
  });
});
