import { describe, expect, test } from '@jest/globals';
import { approversAsked, noticeOf } from '../../../lib/broker/notice.ts';
import type { RecordedEvent } from '../../../lib/domain/event.ts';
import {
  approved,
  approver,
  engineer,
  entitlement,
  intended,
  noon,
  policy,
  recorded,
  request,
  secondApprover,
  security,
  stage,
  submitted,
  words,
} from '../../support/builders.ts';

const two = entitlement({ approval: { stages: [stage('sre-leads'), stage('security')], withinSeconds: 1800 } });
const reviewers = { groups: ['okta:security'] };

/** What is told of the last of the events. */
const told = (...events: readonly RecordedEvent[]) => {
  const last = events.at(-1);
  return last && noticeOf(last, request(...events), policy());
};

const kindAndTo = (...events: readonly RecordedEvent[]) => {
  const notice = told(...events);
  return notice && [notice.kind, notice.to];
};

const toRequester = [{ role: 'requester', handle: engineer.handle }];
const toApprovers = (...groups: readonly string[]) => [{ role: 'approvers', groups, people: [] }];

describe('of a request', () => {
  test('that waits for somebody, they are told', () => {
    expect(kindAndTo(submitted())).toEqual(['approval_wanted', toApprovers('okta:sre-leads')]);
  });

  test('that needs nobody, nobody is told', () => {
    expect(told(submitted({}, { of: entitlement({ approval: 'auto' }) }))).toBeUndefined();
  });

  test('that one stage approved, the next is told, and at last the requester', () => {
    const events = [submitted({}, { of: two }), approved(approver, noon(1))];
    expect(kindAndTo(...events)).toEqual(['approval_wanted', toApprovers('okta:security')]);
    expect(kindAndTo(...events, approved(security, noon(2), { stage: 1 }))).toEqual(['approved', toRequester]);
  });

  test('that lacks one more at the same stage, they are told again', () => {
    const of = entitlement({ approval: { stages: [stage('sre-leads', 2)], withinSeconds: 1800 } });
    expect(kindAndTo(submitted({}, { of }), approved(approver, noon(1)))).toEqual([
      'approval_wanted',
      toApprovers('okta:sre-leads'),
    ]);
  });

  test('whose stages are all open, all that are missing are told', () => {
    const events = [submitted({ parallel: true }, { of: two }), approved(security, noon(1), { stage: 1 })];
    expect(told(...events.slice(0, 1))?.to).toEqual(toApprovers('okta:sre-leads', 'okta:security'));
    expect(told(...events)?.to).toEqual(toApprovers('okta:sre-leads'));
  });

  test('that is denied, revoked or lapsed, the requester is told', () => {
    const reason = { reason: words('no') };
    const by = { by: approver, at: noon(2) };
    expect(kindAndTo(submitted(), recorded('request.denied', reason, by))).toEqual(['denied', toRequester]);
    expect(kindAndTo(submitted(), approved(approver, noon(1)), recorded('request.revoked', reason, by))).toEqual([
      'revoked',
      toRequester,
    ]);
    const lapsed = recorded('request.lapsed', { pendingUntil: noon(1800) }, { by: approver, at: noon(1800) });
    expect(kindAndTo(submitted(), lapsed)).toEqual(['lapsed', toRequester]);
  });

  test('that is taken back, those who were asked are told', () => {
    const cancelled = recorded('request.cancelled', {}, { by: engineer, at: noon(2) });
    expect(kindAndTo(submitted(), cancelled)).toEqual(['cancelled', toApprovers('okta:sre-leads')]);
  });

  test('that is taken back after others were asked too, they are told with the first', () => {
    const escalation = { at: noon(60), to: { groups: ['okta:managers'] } };
    const cancelledAt = (seconds: number) =>
      kindAndTo(submitted({ escalation }), recorded('request.cancelled', {}, { by: engineer, at: noon(seconds) }));
    expect(cancelledAt(59)).toEqual(['cancelled', toApprovers('okta:sre-leads')]);
    expect(cancelledAt(60)).toEqual([
      'cancelled',
      [...toApprovers('okta:sre-leads'), { role: 'approvers', ...escalation.to }],
    ]);
  });

  test('that its requester ended, nobody is told anew, but what was told is made true', () => {
    const ended = recorded('request.ended', {}, { by: engineer, at: noon(2) });
    expect(kindAndTo(submitted(), approved(approver, noon(1)), ended)).toEqual(['ended', []]);
  });

  test('that was issued for, nobody is told', () => {
    const granted = [submitted(), approved(approver, noon(1))];
    expect(told(...granted, intended(noon(2)))).toBeUndefined();
  });
});

test('of the taking back of an extension that nobody asked for, nobody is told', () => {
  const cancelled = recorded('request.cancelled', { extension: true }, { by: engineer, at: noon(20) });
  expect(noticeOf(cancelled, request(submitted(), approved(approver, noon(1))), policy())).toBeUndefined();
});

describe('of a break-glass', () => {
  const broken = submitted(
    { breakGlass: { reviewBy: noon(86_400), reviewers } },
    { of: entitlement({ approval: 'auto' }) },
  );

  test('those who must review it are told at once', () => {
    expect(kindAndTo(broken)).toEqual(['break_glass', [{ role: 'reviewers', ...reviewers }]]);
  });

  test('the channels that access.yml names are told too', () => {
    const rules = {
      ...{
        requesters: { groups: ['okta:sre'] },
        maxDurationSeconds: 900,
        issuesPerHour: 4,
        reviewWithinSeconds: 86_400,
      },
      ...{ reviewers, notify: ['slack:#security'] },
    };
    const notice = noticeOf(broken, request(broken), policy([entitlement({ breakGlass: rules })]));
    expect(notice?.to).toContainEqual({ role: 'channel', channel: 'slack:#security' });
  });

  test('that was reviewed, the requester is told', () => {
    const data = { verdict: 'justified', comment: words('ok') } as const;
    expect(kindAndTo(broken, recorded('request.reviewed', data, { by: security, at: noon(9) }))).toEqual([
      'reviewed',
      toRequester,
    ]);
  });
});

describe('of an extension', () => {
  const asking = recorded(
    'request.extension_requested',
    { durationSeconds: 600, justification: words('more'), stages: [stage('security')], pendingUntil: noon(3600) },
    { by: engineer, at: noon(10) },
  );
  const events = [submitted(), approved(approver, noon(1)), asking];

  test('those who must approve it are told, and then the requester', () => {
    expect(kindAndTo(...events)).toEqual(['approval_wanted', toApprovers('okta:security')]);
    expect(kindAndTo(...events, approved(security, noon(20), { extension: true }))).toEqual(['approved', toRequester]);
  });

  test('that is taken back, those who were asked for it are told', () => {
    const cancelled = recorded('request.cancelled', { extension: true }, { by: engineer, at: noon(20) });
    expect(kindAndTo(...events, cancelled)).toEqual(['cancelled', toApprovers('okta:security')]);
  });
});

test('a notice is named after its event, and says when and of what', () => {
  const event = submitted();
  expect(noticeOf(event, request(event), policy())).toMatchObject({
    ...{ id: event.eventId, requestId: event.data.requestId, entitlementId: 'prod-admin' },
    ...{ requester: engineer.handle, at: event.at },
  });
});

test('a notice holds nobody’s words, and no secret', () => {
  const event = submitted({ justification: { id: 'the-words', hash: 'their-hash' }, ticket: 'OPS-77' });
  const text = JSON.stringify(noticeOf(event, request(event), policy()));
  for (const word of ['the-words', 'their-hash', 'OPS-77', 'arn:aws', 'example.com']) expect(text).not.toContain(word);
});

test('people who are asked by name are told as such', () => {
  const person = { provider: 'okta', issuer: 'https://idp.example.com', subject: 'x' };
  const state = request(submitted({ stages: [{ from: { groups: [], people: [person] }, count: 1 }] }));
  expect(approversAsked(state)).toEqual({ groups: [], people: [person] });
  expect(approversAsked(request(submitted(), approved(secondApprover, noon(1))))).toEqual({ groups: [], people: [] });
});
