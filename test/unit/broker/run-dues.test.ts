import { describe, expect, test } from '@jest/globals';
import { seal } from '../../../lib/broker/chain.ts';
import type { Notice } from '../../../lib/broker/notice.ts';
import type { Revocation, Tickets } from '../../../lib/broker/ports.ts';
import { type Schedule, runDues } from '../../../lib/broker/run-dues.ts';
import { summaryOf } from '../../../lib/broker/summary.ts';
import type { Entitlement } from '../../../lib/domain/entitlement.ts';
import type { RecordedEvent } from '../../../lib/domain/event.ts';
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
} from '../../support/builders.ts';
import {
  type MemoryDues,
  type MemoryLedger,
  memoryClock,
  memoryDues,
  memoryLedger,
  memorySummaries,
  memoryTexts,
  memoryTickets,
  patient,
  seededChance,
  unavailable,
} from '../../support/memory.ts';

const STREAM = `request#${ask().requestId}`;
const ON_SCHEDULE = { kind: 'system', handle: 'on-schedule' };
const CHECK = { service: 'jira', assigned: false, endsGrant: true };
const ticketed = (check: Partial<typeof CHECK> = {}) =>
  entitlement({ approval: 'auto', ticket: { pattern: '^OPS-[0-9]+$', required: true, check: { ...CHECK, ...check } } });

interface Scene extends Schedule {
  readonly ledger: MemoryLedger;
  readonly clock: ReturnType<typeof memoryClock>;
  readonly dues: MemoryDues;
  readonly sent: Notice[];
  readonly revoked: Revocation[];
  readonly warnings: string[];
  readonly run: () => ReturnType<typeof runDues>;
  readonly types: () => Promise<readonly string[]>;
}

const scene = async (
  events: readonly RecordedEvent[],
  {
    of = entitlement(),
    tickets = memoryTickets(),
    turn,
  }: { of?: Entitlement; tickets?: Tickets; turn?: () => Promise<void> } = {},
): Promise<Scene> => {
  const [ledger, dues] = [memoryLedger(turn), memoryDues()];
  const sent: Notice[] = [];
  const revoked: Revocation[] = [];
  const warnings: string[] = [];
  let last;
  for (const event of events) {
    last = seal(last, STREAM, event);
    await ledger.append(last);
  }
  const request = fold(events);
  if (request) dues.plan(summaryOf(request));
  const schedule: Schedule = {
    ...{ ledger, dues, tickets, policy: policy([of]), clock: memoryClock(), chance: seededChance() },
    ...{ summaries: memorySummaries(), texts: memoryTexts() },
    notices: { send: (notice) => Promise.resolve(void sent.push(notice)) },
    revocations: { send: (one) => Promise.resolve(void revoked.push(one)) },
    warn: (message) => void warnings.push(message),
    intentLost: (requestId) => void warnings.push(`intent lost: ${requestId}`),
  };
  const clock = memoryClock();
  const whole = { ...schedule, ledger, dues, clock, sent, revoked, warnings };
  return {
    ...whole,
    run: () => runDues(whole, patient),
    types: async () => (await ledger.read(STREAM)).map(({ type }) => type),
  };
};

const kinds = ({ dues }: Scene) => dues.open().map(({ kind }) => kind);

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
    expect(kinds(at)).toEqual([]);
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
    expect(at.sent).toEqual([]);
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
    expect(kinds(at)).toEqual([]);
  });

  test('lapses once when two runs find it at once', async () => {
    const at = await scene([submitted()]);
    at.clock.set(noon(1800));
    await Promise.all([at.run(), at.run()]);
    expect(await at.types()).toEqual(['request.submitted', 'request.lapsed']);
    expect(at.warnings).toEqual([]);
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

describe('the ticket of a grant', () => {
  const granted = (of: Entitlement) => submitted({ ticket: 'OPS-1' }, { of });
  const looking = async (answer: Awaited<ReturnType<Tickets['look']>>, of = ticketed()) => {
    const asked: string[] = [];
    const tickets: Tickets = {
      look: (service, ticket) => {
        asked.push(`${service} ${ticket}`);
        return Promise.resolve(answer);
      },
    };
    const at = await scene([granted(of)], { of, tickets });
    at.clock.set(noon(300));
    return { at, asked };
  };

  test('that is closed ends it, once, and says why', async () => {
    const { at, asked } = await looking({ state: 'closed' });
    await at.run();
    await at.run();
    expect(asked).toEqual(['jira OPS-1']);
    const events = await at.ledger.read(STREAM);
    expect(events).toHaveLength(2);
    expect(events[1]).toMatchObject({ type: 'request.revoked', actor: ON_SCHEDULE, at: noon(300) });
    const { closed } = fold(events) ?? {};
    const texts = at.texts as ReturnType<typeof memoryTexts>;
    const said = await texts.get([{ author: closed?.by ?? '', ref: closed?.reason ?? { id: '', hash: '' } }]);
    expect([...said.values()]).toEqual(['The ticket of this request was closed.']);
  });

  test.each([
    ['open', { state: 'open' } as const],
    ['missing', { state: 'missing' } as const],
    ['unavailable', 'unavailable' as const],
  ])('that is %s is looked at again in five minutes', async (_what, answer) => {
    const { at, asked } = await looking(answer);
    await at.run();
    expect(await at.types()).toEqual(['request.submitted']);
    expect(at.dues.open()).toEqual([{ requestId: ask().requestId, kind: 'ticket', at: noon(600) }]);
    at.clock.set(noon(599));
    await at.run();
    expect(asked).toHaveLength(1);
  });

  test('is not asked about where its closing ends nothing, or the grant is over', async () => {
    const indifferent = await looking({ state: 'closed' }, ticketed({ endsGrant: false }));
    await indifferent.at.run();
    const over = await looking({ state: 'closed' });
    over.at.clock.set(noon(86_400));
    await over.at.run();
    expect([indifferent.asked, over.asked, kinds(indifferent.at), kinds(over.at)]).toEqual([[], [], [], []]);
  });

  test('that closes while its requester ends the grant revokes nothing', async () => {
    const of = ticketed();
    const at = await scene([granted(of)], { of, tickets: memoryTickets({ 'jira OPS-1': { state: 'closed' } }) });
    at.clock.set(noon(300));
    const [first] = await at.ledger.read(STREAM);
    const ended = seal(first, STREAM, recorded('request.ended', {}, { by: engineer, at: noon(299) }));
    const texts = {
      put: async () => {
        await at.ledger.append(ended);
      },
    };
    await runDues({ ...at, texts }, patient);
    expect(await at.types()).toEqual(['request.submitted', 'request.ended']);
  });
});

describe('a run', () => {
  test('passes over what the ledger does not have', async () => {
    const at = await scene([]);
    const requestId = ask().requestId;
    for (const kind of ['lapse', 'ticket', 'approval_reminder'] as const)
      await at.dues.again({ requestId, kind, at: noon(0) });
    expect(await at.run()).toEqual({ done: 3, failed: 0 });
    expect(kinds(at)).toEqual([]);
  });

  test('leaves the rest to the next when its time is short', async () => {
    const at = await scene([submitted()]);
    at.clock.set(noon(1800));
    expect(await runDues(at, { remainingMs: () => 4999 })).toEqual({ done: 0, failed: 0 });
    expect(kinds(at)).toHaveLength(2);
  });

  test('asks about tickets last, the longest due first, so that a service that takes all its time holds up no lapse', async () => {
    const of = ticketed();
    let left = 50_000;
    const asked: string[] = [];
    const tickets: Tickets = {
      look: (_service, ticket) => {
        asked.push(ticket);
        left = 0;
        return Promise.resolve('unavailable');
      },
    };
    const at = await scene([submitted({ ticket: 'OPS-1' }, { of })], { of, tickets });
    const waiting = submitted({ requestId: 'r_BBBBBBBBBBBBBBBBBBBBBBBBBB' });
    await at.ledger.append(seal(undefined, 'request#r_BBBBBBBBBBBBBBBBBBBBBBBBBB', waiting));
    at.dues.plan(summaryOf(fold([waiting])!));
    at.clock.set(noon(1800));
    expect(at.dues.open()[0]).toMatchObject({ kind: 'ticket' });
    expect(await runDues(at, { remainingMs: () => left })).toEqual({ done: 3, failed: 0 });
    expect(asked).toEqual(['OPS-1']);
    expect(kinds(at)).toEqual(['ticket']);
  });

  test('asks about eight tickets at once and no more', async () => {
    const at = await scene([]);
    const of = ticketed();
    let [under, most] = [0, 0];
    const tickets: Tickets = {
      look: async () => {
        under += 1;
        most = Math.max(most, under);
        await new Promise(setImmediate);
        under -= 1;
        return 'unavailable';
      },
    };
    for (let index = 0; index < 20; index += 1) {
      const requestId = `r_${String.fromCharCode(65 + index).repeat(26)}`;
      await at.ledger.append(
        seal(undefined, `request#${requestId}`, submitted({ requestId, ticket: 'OPS-1' }, { of })),
      );
      await at.dues.again({ requestId, kind: 'ticket', at: noon(300) });
    }
    at.clock.set(noon(300));
    expect(await runDues({ ...at, tickets, policy: policy([of]) }, patient)).toEqual({ done: 20, failed: 0 });
    expect(most).toBe(8);
  });

  test('goes through every page of every shard', async () => {
    const at = await scene([submitted()]);
    at.clock.set(noon(1800));
    const [first, second] = at.dues.open();
    const dues = {
      ...at.dues,
      shards: ['a', 'b'],
      by: (_now: string, shard: string, after?: object) =>
        Promise.resolve(
          shard === 'a' && first && second
            ? after
              ? { items: [second] }
              : { items: [first], next: first }
            : { items: [] },
        ),
    };
    expect(await runDues({ ...at, dues }, patient)).toEqual({ done: 2, failed: 0 });
  });

  test('deals with every other shard where one cannot be read, and fails then', async () => {
    const at = await scene([submitted()]);
    at.clock.set(noon(900));
    const dues = {
      ...at.dues,
      shards: ['a', 'b'],
      by: (now: string, shard: string) => (shard === 'a' ? Promise.reject(unavailable()) : at.dues.by(now, shard)),
    };
    await expect(runDues({ ...at, dues }, patient)).rejects.toMatchObject({ code: 'ledger_unavailable' });
    expect(at.sent.map(({ kind }) => kind)).toEqual(['approval_reminder']);
  });

  test('gives up on one request whose ledger is always ahead, and says so', async () => {
    const at = await scene([submitted()]);
    at.clock.set(noon(1800));
    const ledger = { ...at.ledger, append: () => Promise.resolve('conflict' as const) };
    let left = 8;
    const impatient = { remainingMs: () => ((left -= 1) > 0 ? 10_000 : 0) };
    expect(await runDues({ ...at, ledger }, impatient)).toMatchObject({ failed: 1 });
    expect(at.warnings[0]).toMatch(/^lapse of .* was not dealt with$/);
  });
});

describe('a deny whose time is over', () => {
  const due = { requestId: ask().requestId, kind: 'boundary', at: noon(1800) } as const;

  test('is looked at by whoever writes the boundary, and again a quarter of an hour later until they say that it is over', async () => {
    const at = await scene([submitted(), approved(approver, noon(0))]);
    await at.dues.again(due);
    at.clock.set(noon(1800));
    await at.run();
    await at.run();
    expect(at.revoked).toEqual([
      { id: `${due.requestId}.${due.at}`, requestId: due.requestId, roleArn: entitlement().roleArn },
    ]);
    expect(at.dues.open()).toContainEqual({ ...due, at: noon(2700) });
    at.clock.set(noon(2700));
    await at.run();
    expect(at.revoked).toHaveLength(2);
  });

  test('of a request that is not in the ledger is forgotten', async () => {
    const at = await scene([]);
    await at.dues.again(due);
    at.clock.set(noon(1800));
    await at.run();
    expect(at.revoked).toEqual([]);
    expect(kinds(at)).toEqual([]);
  });
});
