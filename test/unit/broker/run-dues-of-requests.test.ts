import { describe, expect, test } from '@jest/globals';
import { seal } from '../../../lib/broker/chain.ts';
import { runDues } from '../../../lib/broker/run-dues.ts';
import { summaryOf } from '../../../lib/broker/summary.ts';
import { fold } from '../../../lib/domain/request.ts';
import {
  approved,
  approver,
  ask,
  engineer,
  entitlement,
  noon,
  policy,
  recorded,
  stage,
  submitted,
  words,
} from '../../support/builders.ts';
import { memorySummaries, patient, unavailable } from '../../support/memory.ts';
import { STREAM, ON_SCHEDULE, scene, kinds } from './dues-scene.ts';

describe('a pending extension', () => {
  const escalation = { at: noon(900), to: { groups: ['okta:managers'] } };
  const asking = recorded(
    'request.extension_requested',
    ...([
      {
        ...{ durationSeconds: 600, justification: { id: 'more', hash: 'h' }, stages: [stage('security')] },
        ...{ escalation, pendingUntil: noon(1300) },
      },
      { by: engineer, at: noon(100) },
    ] as const),
  );
  const cancelled = recorded('request.cancelled', { extension: true }, { by: engineer, at: noon(600) });
  const live = [submitted(), approved(approver, noon(1))];

  test('has its approvers reminded at half of its time, and others told when they are asked too', async () => {
    const at = await scene([...live, asking]);
    at.clock.set(noon(700));
    await at.run();
    at.clock.set(noon(900));
    await at.run();
    expect(at.sent.map(({ id, kind, to }) => [id, kind, to])).toEqual([
      [
        `${ask().requestId}.2.approval_reminder`,
        'approval_reminder',
        [{ role: 'approvers', groups: ['okta:security'], people: [] }],
      ],
      [`${ask().requestId}.2.escalated`, 'escalated', [{ role: 'approvers', ...escalation.to }]],
    ]);
    expect(kinds(at)).toStrictEqual([]);
  });

  test('reminds nobody of one that was taken back, though another is pending', async () => {
    const at = await scene([...live, asking]);
    let last = (await at.ledger.read(STREAM)).at(-1);
    for (const event of [cancelled, { ...asking, at: noon(600) }]) {
      last = seal(last, STREAM, event);
      await at.ledger.append(last);
    }
    at.clock.set(noon(700));
    await at.run();
    expect(at.sent).toStrictEqual([]);
  });

  test('reminds nobody once the grant is over', async () => {
    const at = await scene([...live, asking, recorded('request.ended', {}, { by: engineer, at: noon(200) })]);
    await at.dues.again({ requestId: ask().requestId, kind: 'approval_reminder', at: noon(700), extension: 2 });
    at.clock.set(noon(700));
    await at.run();
    expect([at.sent, kinds(at)]).toEqual([[], []]);
  });
});

describe('a pending request', () => {
  test('lapses when its time is over, not a millisecond before, and once', async () => {
    const at = await scene([submitted()]);
    at.clock.set(noon(1799.999));
    await at.run();
    expect(await at.types()).toEqual(['request.submitted']);
    at.clock.set(noon(1800));
    await at.run();
    await at.run();
    expect(await at.types()).toEqual(['request.submitted', 'request.lapsed']);
    const [, lapsed] = await at.ledger.read(STREAM);
    expect(lapsed).toMatchObject({
      ...{ actor: ON_SCHEDULE, at: noon(1800), data: { pendingUntil: noon(1800) } },
      policy: policy().version,
    });
    expect(kinds(at)).toStrictEqual([]);
  });

  test('lapses once when two runs find it at once', async () => {
    const at = await scene([submitted()]);
    at.clock.set(noon(1800));
    await Promise.all([at.run(), at.run()]);
    expect(await at.types()).toEqual(['request.submitted', 'request.lapsed']);
    expect(at.warnings).toStrictEqual([]);
  });

  test('that was decided since does not lapse, whatever the index says', async () => {
    const at = await scene([submitted()]);
    const [first] = await at.ledger.read(STREAM);
    await at.ledger.append(seal(first, STREAM, approved(approver, noon(1700))));
    at.clock.set(noon(1800));
    await at.run();
    expect(await at.types()).toEqual(['request.submitted', 'request.approved']);
    expect([at.sent, kinds(at)]).toEqual([[], []]);
  });

  test('that was a grant, and is over, did not lapse', async () => {
    const at = await scene([submitted(), approved(approver, noon(60))]);
    await at.dues.again({ requestId: ask().requestId, kind: 'lapse', at: noon(1800) });
    at.clock.set(noon(86_400));
    await at.run();
    expect([await at.types(), kinds(at)]).toEqual([['request.submitted', 'request.approved'], []]);
  });

  test('that lapsed is listed so at once', async () => {
    const at = await scene([submitted()]);
    const summaries = memorySummaries();
    at.clock.set(noon(1800));
    await runDues({ ...at, summaries }, patient);
    const { items } = await summaries.ofRequester(engineer.handle, { limit: 9 });
    expect(items).toMatchObject([{ id: ask().requestId, seq: 1 }]);
  });

  test('that the index has too early waits for its time', async () => {
    const at = await scene([submitted()]);
    const lapse = at.dues.open().find(({ kind }) => kind === 'lapse');
    if (lapse) await at.dues.again({ ...lapse, at: noon(60) });
    at.clock.set(noon(60));
    await at.run();
    expect(await at.types()).toEqual(['request.submitted']);
    expect(at.dues.open()).toContainEqual({ requestId: ask().requestId, kind: 'lapse', at: noon(1800) });
  });

  test('lapses at the time of its last event when the clock was set back since', async () => {
    const at = await scene([submitted()]);
    at.clock.set(noon(1800));
    await at.run();
    at.clock.set(noon(-3600));
    await at.run();
    expect(await at.types()).toEqual(['request.submitted', 'request.lapsed']);
  });

  test('has its approvers reminded once, at half of its time', async () => {
    const at = await scene([submitted()]);
    at.clock.set(noon(900));
    await at.run();
    await at.run();
    expect(at.sent).toEqual([
      {
        ...{ id: `${ask().requestId}.approval_reminder`, kind: 'approval_reminder', requestId: ask().requestId },
        ...{ entitlementId: 'prod-admin', requester: engineer.handle, at: noon(900) },
        to: [{ role: 'approvers', groups: ['okta:sre-leads'], people: [] }],
      },
    ]);
  });

  test('that escalates has the others told when they are asked', async () => {
    const at = await scene([submitted({ escalation: { at: noon(600), to: { groups: ['okta:managers'] } } })]);
    at.clock.set(noon(600));
    await at.run();
    expect(at.sent.map(({ kind, to }) => [kind, to])).toEqual([
      ['escalated', [{ role: 'approvers', groups: ['okta:managers'] }]],
    ]);
  });

  test('has nobody reminded when its time is over already', async () => {
    const at = await scene([submitted({ escalation: { at: noon(600), to: { groups: ['okta:managers'] } } })]);
    at.clock.set(noon(86_400));
    await at.run();
    expect([at.sent, kinds(at)]).toEqual([[], []]);
  });
});

describe('a reminder', () => {
  test('that the queue does not take is sent by the next run, and holds up nothing else', async () => {
    const at = await scene([submitted()]);
    at.clock.set(noon(1800));
    const away = { ...at, notices: { send: () => Promise.reject(unavailable()) } };
    at.dues.plan({ ...summaryOf(fold([submitted()])!), id: 'r_BBBBBBBBBBBBBBBBBBBBBBBBBB' });
    at.clock.set(noon(900));
    expect(await runDues(away, patient)).toEqual({ done: 1, failed: 1 });
    expect(at.warnings).toHaveLength(1);
    await at.run();
    expect(at.sent.map(({ kind }) => kind)).toEqual(['approval_reminder']);
  });

  test('that could not be noted is sent again under the same id', async () => {
    const at = await scene([submitted()]);
    at.clock.set(noon(900));
    await runDues({ ...at, dues: { ...at.dues, done: () => Promise.reject(unavailable()) } }, patient);
    await at.run();
    expect(at.sent).toHaveLength(2);
    expect(at.sent[0]).toEqual(at.sent[1]);
  });
});

describe('how long somebody has waited', () => {
  const escalation = { at: noon(600), to: { groups: ['okta:managers'] } };
  const toldIn = async (...events: Parameters<typeof scene>[0]) => {
    const at = await scene(events);
    const told: unknown[] = [];
    const stillPending = (...of: readonly unknown[]) => void told.push(of);
    for (const seconds of [590, 610, 900, 7200]) {
      at.clock.set(noon(seconds));
      await runDues({ ...at, stillPending }, patient);
    }
    return { told, sent: at.sent.map(({ kind }) => kind) };
  };

  test('is told when a request is reminded of, and when others are asked', async () => {
    expect((await toldIn(submitted({ escalation }))).told).toEqual([
      [610, 'escalated'],
      [900, 'reminded'],
    ]);
  });

  test('is not told of a review, nor of an extension', async () => {
    const breakGlass = { reviewBy: noon(7200), reviewers: { groups: ['okta:security'] } };
    const review = await toldIn(submitted({ breakGlass }, { of: entitlement({ approval: 'auto' }) }));
    expect(review).toEqual({ told: [], sent: ['review_reminder', 'review_overdue'] });
    const data = { durationSeconds: 600, justification: words('more'), stages: [stage('security')], escalation };
    const asking = recorded(
      'request.extension_requested',
      { ...data, pendingUntil: noon(1000) },
      {
        ...{ by: engineer, at: noon(100) },
      },
    );
    const extension = await toldIn(submitted(), approved(approver, noon(1)), asking);
    expect(extension).toEqual({ told: [], sent: ['approval_reminder', 'escalated'] });
  });
});

describe('a break-glass', () => {
  const broken = submitted(
    { breakGlass: { reviewBy: noon(7200), reviewers: { groups: ['okta:security'] } } },
    { of: entitlement({ approval: 'auto' }) },
  );

  test('has its reviewers reminded, and told when the review is overdue', async () => {
    const at = await scene([broken]);
    for (const seconds of [3600, 7199, 7200]) {
      at.clock.set(noon(seconds));
      await at.run();
    }
    expect(at.sent.map(({ kind, to }) => [kind, to])).toEqual([
      ['review_reminder', [{ role: 'reviewers', groups: ['okta:security'] }]],
      ['review_overdue', [{ role: 'reviewers', groups: ['okta:security'] }]],
    ]);
  });

  test('that was reviewed has nobody reminded', async () => {
    const at = await scene([broken]);
    const [first] = await at.ledger.read(STREAM);
    const data = { verdict: 'justified', comment: { id: 'c', hash: 'h' } } as const;
    await at.ledger.append(seal(first, STREAM, recorded('request.reviewed', data, { by: approver, at: noon(60) })));
    at.clock.set(noon(7200));
    await at.run();
    expect([at.sent, kinds(at)]).toEqual([[], []]);
  });
});
