import { describe, expect, test } from '@jest/globals';
import { seal } from '../../../lib/broker/chain.ts';
import { measureEvent } from '../../../lib/broker/measure-event.ts';
import type { RecordedEvent } from '../../../lib/domain/event.ts';
import { fold } from '../../../lib/domain/request.ts';
import {
  approved,
  approver,
  engineer,
  entitlement,
  intended,
  noon,
  recorded,
  secondApprover,
  stage,
  submitted,
  words,
} from '../../support/builders.ts';
import { recordingMeter } from '../../support/meter.ts';

/** What the last of these events is measured as. */
const measured = (...events: readonly RecordedEvent[]) => {
  const { meter, documents } = recordingMeter('on-ledger-event');
  measureEvent(meter, seal(undefined, 'request#r', events.at(-1)!), fold(events));
  meter.flush();
  return documents().flatMap(({ _aws, Type, ...rest }) => (Type === undefined ? [rest] : [Type]));
};

const by = (at: string) => ({ by: approver, at });
const auto = () => entitlement({ approval: 'auto' });

describe('what is on record is counted by its type', () => {
  test('a request, and how it is approved', () => {
    expect(measured(submitted())).toEqual(['request.submitted', { Approval: 'stages', Asked: [1] }]);
    expect(measured(submitted({}, { of: auto() }))).toEqual([
      ...['request.submitted', { Approval: 'auto', Asked: [1] }],
    ]);
    const breakGlass = { reviewBy: noon(3600), reviewers: { groups: [] } };
    expect(measured(submitted({ autoApproved: true, stages: [], breakGlass }))).toEqual([
      ...['request.submitted', { Approval: 'breakGlass', Asked: [1] }],
    ]);
  });

  test.each(['assumeRole', 'webIdentity', 'saml'] as const)('an issue by %s, by its way', (via) => {
    const of = auto();
    const asked = submitted({}, { of: { ...of, session: { ...of.session, via } } });
    const issued = { intent: 'i', accessKeyId: 'ASIAEXAMPLEEXAMPLE00', expiration: noon(900) };
    const outcome = recorded('credentials.issued', issued, { by: engineer, at: noon(2) });
    expect(measured(asked, intended(noon(1)), outcome)).toEqual(['credentials.issued', { Way: via, Issued: [1] }]);
  });

  test('a console, besides the session that it is of', () => {
    const url = recorded('console.issued', { intent: 'i', expiresAt: noon(900) }, { by: engineer, at: noon(3) });
    expect(measured(submitted({}, { of: auto() }), url)).toEqual(['console.issued', { Way: 'console', Issued: [1] }]);
  });

  test('what nobody was given is no issue', () => {
    expect(measured(submitted({}, { of: auto() }), intended(noon(1)))).toEqual(['credentials.intended']);
  });

  test('the log and its checkpoints are not: they come of the clock', () => {
    const { meter, documents } = recordingMeter('on-ledger-event');
    const carried = { size: 1, frontier: ['x'] };
    const extended = recorded('log.extended', { first: 0, entries: [], carried }, by(noon(0)));
    measureEvent(meter, seal(undefined, 'log', extended), undefined);
    meter.flush();
    expect(documents()).toStrictEqual([]);
  });
});

describe('how long a request waited', () => {
  const two = () => entitlement({ approval: { stages: [stage('sre-leads', 2)], withinSeconds: 1800 } });

  test('is known at the yes that was the last', () => {
    const asked = submitted({}, { of: two() });
    const first = approved(approver, noon(60));
    expect(measured(asked, first)).toEqual(['request.approved']);
    expect(measured(asked, first, approved(secondApprover, noon(90)))).toEqual([
      ...['request.approved', { Until: 'approved', Waited: [90] }],
    ]);
  });

  test.each<[string, RecordedEvent]>([
    ['denied', recorded('request.denied', { reason: words('no') }, by(noon(30)))],
    ['cancelled', recorded('request.cancelled', {}, { by: engineer, at: noon(30) })],
    ['lapsed', recorded('request.lapsed', { pendingUntil: noon(30) }, by(noon(30)))],
  ])('and where it was %s', (Until, event) => {
    expect(measured(submitted(), event)).toEqual([`request.${Until}`, { Until, Waited: [30] }]);
  });

  test('is not that of an extension', () => {
    const more = { durationSeconds: 600, justification: words('more'), stages: [stage('sre-leads')] };
    const asked = recorded(
      'request.extension_requested',
      { ...more, pendingUntil: noon(900) },
      { by: engineer, at: noon(60) },
    );
    const before = [submitted(), approved(approver, noon(1)), asked];
    const no = recorded('request.denied', { extension: true, reason: words('no') }, by(noon(90)));
    expect(measured(...before, no)).toEqual(['request.denied']);
    expect(measured(...before, approved(approver, noon(90), { extension: true }))).toEqual(['request.approved']);
    const cancelled = recorded('request.cancelled', { extension: true }, { by: engineer, at: noon(90) });
    expect(measured(...before, cancelled)).toEqual(['request.cancelled']);
  });
});
