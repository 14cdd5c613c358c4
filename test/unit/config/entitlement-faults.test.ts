import { describe, expect, test } from '@jest/globals';
import { faultsOf, edited, withMember, read } from './broken-access-file.ts';

describe('a fault is found, with its line and column', () => {
  test.each<[what: string, text: string, fault: string]>([
    ['a misspelt rule', withMember('justificaton: { minLength: 20 }'), `12:5 ${read}.justificaton unknown_key`],
    [
      'hours without a place',
      withMember('hours: { days: [mon], from: "08:00", to: "20:00" }'),
      `12:5 ${read}.hours.timezone required`,
    ],
    [
      'hours at a place that is none',
      withMember('hours: { timezone: Mars/Base, days: [mon], from: "08:00", to: "20:00" }'),
      `12:14 ${read}.hours.timezone unknown_timezone`,
    ],
    [
      'hours on no day',
      withMember('hours: { timezone: UTC, days: [], from: "08:00", to: "20:00" }'),
      `12:29 ${read}.hours.days out_of_range`,
    ],
    [
      'hours without length',
      withMember('hours: { timezone: UTC, days: [mon], from: "08:00", to: "08:00" }'),
      `12:57 ${read}.hours.to same_time`,
    ],
    [
      'an hour that no clock shows',
      withMember('hours: { timezone: UTC, days: [mon], from: "24:00", to: "08:00" }'),
      `12:42 ${read}.hours.from invalid_format`,
    ],
    [
      'a rule for approvers that nothing enforces',
      withMember('approverRequires: { groups: [a] }'),
      `12:25 ${read}.approverRequires.groups unknown_key`,
    ],
    [
      'a channel that is none',
      withMember('approverRequires: { channel: chat }'),
      `12:25 ${read}.approverRequires.channel invalid_value`,
    ],
    [
      'an escalation that comes too late',
      edited(
        'approval: auto',
        'approval: { stages: [{ from: { groups: [a] } }], within: 1h, escalation: { after: 1h, to: { groups: [b] } } }',
      ),
      `10:80 ${read}.approval.escalation.after too_late`,
    ],
    [
      'a stage that asks nobody',
      edited('approval: auto', 'approval: { stages: [{ from: {} }] }'),
      `10:28 ${read}.approval.stages[0].from required`,
    ],
    [
      'a person of no provider',
      edited('approval: auto', 'approval: { stages: [{ from: { people: [ada] } }] }'),
      `10:45 ${read}.approval.stages[0].from.people[0] unknown_provider`,
    ],
    [
      'a person without a name',
      edited('approval: auto', 'approval: { stages: [{ from: { people: ["okta:"] } }] }'),
      `10:45 ${read}.approval.stages[0].from.people[0] invalid_person`,
    ],
    [
      'a person twice',
      edited('approval: auto', 'approval: { stages: [{ from: { people: ["okta:a", "okta:a"] } }] }'),
      `10:55 ${read}.approval.stages[0].from.people[1] duplicate`,
    ],
    ['an empty section', edited('    approval: auto', '    approval:'), `10:5 ${read}.approval invalid_union`],
    ['a missing member', edited('    approval: auto\n', ''), `7:3 ${read}.approval required`],

    ['an entitlement id with capitals', edited('  read:', '  Read:'), '7:3 entitlements.Read invalid_name'],
    [
      'an id that would reach a prototype',
      edited('  read:', '  __proto__:'),
      '7:3 entitlements.__proto__ invalid_name',
    ],
    [
      'an account that does not exist',
      edited('account: prod', 'account: prd'),
      `8:13 ${read}.role.account unknown_account`,
    ],
    [
      'a role with its path in the name',
      edited('name: ReadOnly', 'name: hatcheck/ReadOnly'),
      `8:28 ${read}.role.name invalid_format`,
    ],
    [
      'a path without its last slash',
      edited('name: ReadOnly', 'name: A, path: /hatcheck'),
      `8:37 ${read}.role.path invalid_format`,
    ],
    [
      'a role that AWS would not keep open so long',
      edited('name: ReadOnly', 'name: A, maxSession: 13h'),
      `8:37 ${read}.role.maxSession out_of_range`,
    ],
    ['a duration without a unit', edited('1h', '3600'), `11:5 ${read}.maxDuration invalid_duration`],
    ['a duration of nothing', edited('1h', '0s'), `11:5 ${read}.maxDuration invalid_duration`],
    ['a duration in two units', edited('1h', '1h30m'), `11:5 ${read}.maxDuration invalid_duration`],
    ['a duration of more than twelve hours', edited('1h', '13h'), `11:5 ${read}.maxDuration out_of_range`],
    ['another word than auto', edited('approval: auto', 'approval: none'), `10:5 ${read}.approval invalid_union`],
    [
      'stages without anybody',
      edited('approval: auto', 'approval: { stages: [] }'),
      `10:17 ${read}.approval.stages out_of_range`,
    ],
    [
      'a stage that needs nobody',
      edited('approval: auto', 'approval: { stages: [{ from: { groups: [a] }, count: 0 }] }'),
      `10:51 ${read}.approval.stages[0].count out_of_range`,
    ],
    [
      'a stage with half a person',
      edited('approval: auto', 'approval: { stages: [{ from: { groups: [a] }, count: 1.5 }] }'),
      `10:51 ${read}.approval.stages[0].count invalid_type`,
    ],
    [
      'a misspelt member of a stage',
      edited('approval: auto', 'approval: { stages: [{ form: { groups: [a] }, from: { groups: [a] } }] }'),
      `10:28 ${read}.approval.stages[0].form unknown_key`,
    ],

    ['no group', edited('[engineering]', '[]'), `9:19 ${read}.requesters.groups out_of_range`],
    [
      'a group twice',
      edited('[engineering]', '[engineering, okta:engineering]'),
      `9:41 ${read}.requesters.groups[1] duplicate`,
    ],
    [
      'a group of a provider that does not exist',
      edited('[engineering]', '[oktaa:engineering]'),
      `9:28 ${read}.requesters.groups[0] unknown_provider`,
    ],
    ['a group without a name', edited('[engineering]', "['okta:']"), `9:28 ${read}.requesters.groups[0] invalid_group`],
    [
      'a group of one of two providers',
      edited('accounts:', '  - { id: b, type: oidc, issuer: https://b.example.com, clientId: b }\naccounts:'),
      `10:28 ${read}.requesters.groups[0] ambiguous_group`,
    ],
    [
      'a group with a line break in it',
      edited('[engineering]', '["a\\nb"]'),
      `9:28 ${read}.requesters.groups[0] invalid_text`,
    ],

    [
      'a pattern that is no regular expression',
      withMember("ticket: { pattern: '^(OPS$' }"),
      `12:15 ${read}.ticket.pattern invalid_pattern`,
    ],
    [
      'a pattern that takes anything in front',
      withMember("ticket: { pattern: 'OPS-[0-9]+$' }"),
      `12:15 ${read}.ticket.pattern not_anchored`,
    ],
    [
      'a pattern that takes anything behind',
      withMember("ticket: { pattern: '^OPS-[0-9]+' }"),
      `12:15 ${read}.ticket.pattern not_anchored`,
    ],
    [
      'a pattern whose alternatives are anchored on one side each',
      withMember("ticket: { pattern: '^OPS|DEV$' }"),
      `12:15 ${read}.ticket.pattern not_anchored`,
    ],
    [
      'a pattern that ends with a dollar sign, not with the end',
      withMember("ticket: { pattern: '^OPS\\$' }"),
      `12:15 ${read}.ticket.pattern not_anchored`,
    ],
    [
      'a pattern that is too long',
      withMember(`ticket: { pattern: '^${'a'.repeat(199)}$' }`),
      `12:15 ${read}.ticket.pattern out_of_range`,
    ],
    [
      'a word in place of true',
      withMember("ticket: { pattern: '^a$', required: yes }"),
      `12:31 ${read}.ticket.required invalid_type`,
    ],
    [
      'a justification of nothing',
      withMember('justification: { minLength: 0 }'),
      `12:22 ${read}.justification.minLength out_of_range`,
    ],
    [
      'a session longer than a chained one may be',
      withMember('session: { max: 2h }'),
      `12:16 ${read}.session.max out_of_range`,
    ],
    [
      'a session of more than twelve hours',
      withMember('session: { via: webIdentity, max: 13h }'),
      `12:34 ${read}.session.max out_of_range`,
    ],
    ['a session shorter than STS gives', withMember('session: { max: 10m }'), `12:16 ${read}.session.max out_of_range`],
    ['a way that is none', withMember('session: { via: user }'), `12:16 ${read}.session.via invalid_value`],
    ['another tail', withMember('session: { tail: allow }'), `12:16 ${read}.session.tail invalid_value`],
    [
      'a limit of nothing',
      withMember('limits: { issuesPerHour: 0 }'),
      `12:15 ${read}.limits.issuesPerHour out_of_range`,
    ],
    ['MFA as text', withMember('requires: { mfa: "true" }'), `12:17 ${read}.requires.mfa invalid_type`],
    ['a title with a line break', withMember('title: "a\\nb"'), `12:5 ${read}.title invalid_text`],
    ['a description with a line break', withMember('description: "a\\nb"'), `12:5 ${read}.description invalid_text`],

    [
      'a policy file that is not there',
      withMember('session: { policy: ./gone.json }'),
      `12:16 ${read}.session.policy no_such_file`,
    ],
    ['a policy file outside', withMember('session: { policy: ../other.json }'), `12:16 ${read}.session.policy outside`],
    [
      'a policy file by its absolute path',
      withMember('session: { policy: /etc/passwd }'),
      `12:16 ${read}.session.policy outside`,
    ],
    [
      'a policy that is not a file',
      withMember('session: { policy: { Version: 1 } }'),
      `12:16 ${read}.session.policy invalid_type`,
    ],
  ])('%s', (_what, text, fault) => {
    expect(faultsOf(text)).toEqual([fault]);
  });
});
