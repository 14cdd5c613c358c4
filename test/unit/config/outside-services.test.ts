import { describe, expect, test } from '@jest/globals';
import { parseAccess } from '../../../lib/config/access-file.ts';
import { faultsIn, noFiles } from '../../support/access-file.ts';

const parse = (
  tickets: string,
  check = '{ with: it }',
  onCall = '{}',
  provider = 'okta',
  group = 'okta:sre',
  more = '',
) =>
  parseAccess(
    `version: 1
identityProviders:
  - { id: ${provider}, type: oidc, issuer: https://idp.example.com, clientId: hatcheck }
${more}accounts:
  prod: { id: '111122223333', region: eu-west-1 }
tickets: ${tickets}
onCall: ${onCall}
entitlements:
  prod-admin:
    role: { account: prod, name: Admin }
    requesters: { groups: ['${group}'] }
    approval: auto
    maxDuration: 1h
    ticket: { pattern: '^OPS-[0-9]+$', check: ${check} }
`,
    noFiles,
  );

const faultsOf = (...args: Parameters<typeof parse>): readonly string[] => faultsIn(() => parse(...args));

const JIRA = '{ it: { type: jira, url: https://jira.example.com, token: ssm:/hatcheck/$stage/outside/jira } }';
const GENERIC =
  '{ it: { type: generic, url: "https://t.example.com/api/{ticket}?full", state: /status, open: [open, new] } }';

describe('the services that know tickets', () => {
  test('are compiled, with what an entitlement wants to know of them', () => {
    const { outside, entitlements } = parse(JIRA, '{ with: it, assigned: true }');
    expect(outside.tickets).toEqual([
      { id: 'it', type: 'jira', url: 'https://jira.example.com', token: 'ssm:/hatcheck/$stage/outside/jira' },
    ]);
    expect(entitlements[0]?.ticket?.check).toEqual({ service: 'it', assigned: true, endsGrant: false });
  });

  test('may be one of one’s own', () => {
    expect(parse(GENERIC).outside.tickets).toEqual([
      {
        ...{ id: 'it', type: 'generic', url: 'https://t.example.com/api/{ticket}?full' },
        ...{ state: '/status', open: ['open', 'new'] },
      },
    ]);
  });

  test.each([
    ['http that leaves the machine', JIRA.replace('https', 'http'), 'tickets.it.url invalid_address'],
    ['a password in the address', JIRA.replace('//', '//me:secret@'), 'tickets.it.url invalid_address'],
    ['a query', JIRA.replace('.com', '.com/?x=1'), 'tickets.it.url invalid_address'],
    ['a fragment', JIRA.replace('.com', '.com/#x'), 'tickets.it.url invalid_address'],
    [
      'the secret itself',
      JIRA.replace('ssm:/hatcheck/$stage/outside/jira', 'abcdef'),
      'tickets.it.token literal_secret',
    ],
    [
      'a secret that is for somebody else, such as the pepper',
      JIRA.replace('$stage/outside/jira', 'dev/pepper'),
      'tickets.it.token literal_secret',
    ],
    ['a secret of one stage', JIRA.replace('$stage', 'prod'), 'tickets.it.token literal_secret'],
    [
      'a secret beside those of a stage called outside',
      JIRA.replace('$stage/outside', 'outside'),
      'tickets.it.token literal_secret',
    ],
    ['no place for the ticket', GENERIC.replace('{ticket}', 'x'), 'tickets.it.url no_place_for_ticket'],
    ['two of them', GENERIC.replace('{ticket}', '{ticket}/{ticket}'), 'tickets.it.url no_place_for_ticket'],
    [
      'the ticket as a part of the host',
      GENERIC.replace('t.example.com/api/{ticket}', '{ticket}.example.com/'),
      'tickets.it.url no_place_for_ticket',
    ],
    ['a pointer that is none', GENERIC.replace('/status', 'status'), 'tickets.it.state invalid_format'],
    ['what is not known', JIRA.replace('token', 'tokan'), 'tickets.it.tokan unknown_key'],
  ])('are refused with %s', (_what, tickets, fault) => {
    expect(faultsOf(tickets)).toContain(fault);
  });

  test('are refused when an entitlement names one that is not there', () => {
    expect(faultsOf(JIRA, '{ with: another }')).toEqual(['entitlements.prod-admin.ticket.check.with unknown_service']);
  });
});

describe('who is on call', () => {
  const ROTA =
    '{ sre: { type: rota, people: [ann@example.com], start: 2026-01-05T09:00, turnDays: 7, timezone: Europe/Berlin } }';
  const SERVICE = '{ sre: { type: pagerduty, token: ssm:/hatcheck/$stage/outside/pd, schedule: P1 } }';
  const faultsIn = (onCall: string, group = 'oncall:sre', provider = 'okta') =>
    faultsOf(JIRA, undefined, onCall, provider, group);

  test('is a group that entitlements may name', () => {
    const { outside, entitlements } = parse(JIRA, undefined, ROTA, 'okta', 'oncall:sre');
    expect(outside.onCall).toEqual([
      {
        ...{
          id: 'sre',
          issuer: 'https://idp.example.com',
          type: 'rota',
          people: ['ann@example.com'],
          start: '2026-01-05T09:00',
          turnDays: 7,
        },
        timezone: 'Europe/Berlin',
      },
    ]);
    expect(entitlements[0]?.requesters.groups).toEqual(['oncall:sre']);
  });

  test('may be known to a service, at its public address', () => {
    const { outside } = parse(JIRA, undefined, SERVICE, 'okta', 'oncall:sre');
    expect(outside.onCall).toEqual([
      {
        ...{
          id: 'sre',
          issuer: 'https://idp.example.com',
          type: 'pagerduty',
          token: 'ssm:/hatcheck/$stage/outside/pd',
          schedule: 'P1',
        },
        url: 'https://api.pagerduty.com',
      },
    ]);
    expect(faultsIn(SERVICE.replace('pagerduty', 'opsgenie'))).toStrictEqual([]);
  });

  test('may take turns by UTC, as hours may be', () => {
    expect(faultsIn(ROTA.replace('Europe/Berlin', 'UTC'))).toStrictEqual([]);
  });

  test.each([
    ['a zone that there is not', ROTA.replace('Berlin', 'Nowhere'), 'onCall.sre.timezone unknown_timezone'],
    ['an offset for a zone', ROTA.replace('Europe/Berlin', '"+01:00"'), 'onCall.sre.timezone unknown_timezone'],
    ['an abbreviation', ROTA.replace('Europe/Berlin', 'EST'), 'onCall.sre.timezone unknown_timezone'],
    ['a day that there is not', ROTA.replace('01-05', '02-30'), 'onCall.sre.start invalid_format'],
    [
      'somebody twice',
      ROTA.replace('ann@example.com', 'a@example.com, a@example.com'),
      'onCall.sre.people[1] duplicate',
    ],
    ['a name for an address', ROTA.replace('ann@example.com', 'ann'), 'onCall.sre.people[0] invalid_format'],
    [
      'the secret itself',
      SERVICE.replace('ssm:/hatcheck/$stage/outside/pd', 'secret'),
      'onCall.sre.token literal_secret',
    ],
    ['a path for a schedule', SERVICE.replace('P1', 'P1/../x'), 'onCall.sre.schedule invalid_format'],
  ])('is refused with %s', (_what, onCall, fault) => {
    expect(faultsIn(onCall)).toContain(fault);
  });

  describe('where people sign in at several identity providers', () => {
    const SECOND = '  - { id: second, type: oidc, issuer: https://second.example.com, clientId: hatcheck }\n';
    const JOBS =
      '  - { id: ci, type: oidc-workload, issuer: https://ci.example.com, audience: hatcheck, match: { repository: example/app } }\n';
    const of = (id: string) => ROTA.replace('type: rota', `type: rota, identityProvider: ${id}`);
    const faultsAmong = (onCall: string, more: string) => faultsOf(JIRA, undefined, onCall, 'okta', 'oncall:sre', more);

    test('are the people of one of them', () => {
      const { outside } = parse(JIRA, undefined, of('second'), 'okta', 'oncall:sre', SECOND);
      expect(outside.onCall).toMatchObject([{ id: 'sre', issuer: 'https://second.example.com' }]);
    });

    test('must be said to be of one', () => {
      expect(faultsAmong(ROTA, SECOND)).toEqual(['onCall.sre ambiguous_provider']);
      expect(faultsAmong(ROTA, JOBS)).toStrictEqual([]);
    });

    test.each(['ci', 'third'])('are nobody of %s, where no people sign in', (id) => {
      expect(faultsAmong(of(id), SECOND + JOBS)).toEqual(['onCall.sre.identityProvider unknown_provider']);
    });
  });

  test('is refused where it is not said', () => {
    expect(faultsIn(ROTA, 'oncall:dba')).toEqual(['entitlements.prod-admin.requesters.groups[0] unknown_on_call']);
  });

  test('is no identity provider’s to say', () => {
    expect(faultsIn(ROTA, 'oncall:sre', 'oncall')).toEqual(['identityProviders[0].id reserved']);
  });
});
