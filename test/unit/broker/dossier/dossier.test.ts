import { describe, expect, test } from '@jest/globals';
import { seal } from '../../../../lib/broker/chain.ts';
import { dossierOf } from '../../../../lib/broker/dossier/dossier.ts';
import { answers } from '../../../../lib/http/answers.ts';
import type { RecordedEvent, StoredEvent } from '../../../../lib/domain/event.ts';
import {
  approved,
  approver,
  auditor,
  engineer,
  handleOf,
  intended,
  noon,
  outsider,
  policy,
  recorded,
  secondApprover,
  security,
  submitted,
  words,
  entitlement,
  stage,
} from '../../../support/builders.ts';
import { memoryDesk, memoryPeople } from '../../../support/memory.ts';
import { provedLog } from '../../../support/proved-log.ts';

const ID = 'r_AAAAAAAAAAAAAAAAAAAAAAAAAA';

const twoStages = entitlement({ approval: { stages: [stage('sre-leads'), stage('security')], withinSeconds: 1800 } });

/** A request of two stages as it may go, with a refusal on the way and a console; 12 events of its own. */
const LIFE = (intent = intended(noon(60))): readonly RecordedEvent[] => [
  submitted(
    {
      startAt: noon(5),
      ticket: 'OPS-1',
      scope: { actions: ['s3:GetObject'], resources: ['*'] },
      justification: words('why'),
    },
    { of: twoStages },
  ),
  approved(approver, noon(20), { durationSeconds: 1800, comment: words('yes') }),
  approved(security, noon(30), { stage: 1, onBehalfOf: secondApprover.handle }),
  intent,
  recorded(
    'credentials.issued',
    { intent: intent.eventId, accessKeyId: 'ASIAEXAMPLE', expiration: noon(960) },
    { by: engineer, at: noon(61) },
  ),
  recorded('console.issued', { intent: intent.eventId, expiresAt: noon(960) }, { by: engineer, at: noon(62) }),
  recorded(
    'request.extension_requested',
    {
      durationSeconds: 600,
      justification: words('more'),
      stages: twoStages.approval === 'auto' ? [] : twoStages.approval.stages.slice(0, 1),
      pendingUntil: noon(1800),
    },
    { by: engineer, at: noon(70) },
  ),
  approved(approver, noon(80), { extension: true }),
  recorded('request.revoked', { reason: words('stop') }, { by: security, at: noon(90) }),
  recorded('sessions.ended', { tookMs: 4200, by: 'boundary' }, { by: security, at: noon(95) }),
];

const REFUSED = recorded(
  'credentials.refused',
  { requestId: ID, purpose: 'credentials', code: 'not_approved', reason: 'still pending' },
  { by: engineer, at: noon(10) },
);

const told = async (size = 4) => {
  const desk = memoryDesk({
    policy: policy([twoStages]),
    people: memoryPeople(
      new Map([
        [engineer.handle, { displayName: 'Ada', email: 'ada@example.com' }],
        [approver.handle, { displayName: 'Lea' }],
      ]),
    ),
  });
  desk.clock.set(noon(200));
  const events: StoredEvent[] = [];
  for (const event of LIFE()) events.push(seal(events.at(-1), `request#${ID}`, event));
  const refusal = seal(undefined, `refusals#${ID}`, REFUSED);
  for (const event of [...events, refusal]) await desk.ledger.append(event);
  for (const [id, author] of [
    ['why', engineer],
    ['yes', approver],
    ['stop', security],
  ] as const)
    await desk.texts.put(author.handle, words(id), { salt: 's', text: `${id}, said ${author.displayName}` });
  const log = provedLog([...events.slice(0, 2), refusal, ...events.slice(2)]);
  if (size > 0) log.sign(size);
  return { desk, log, show: (caller = auditor) => dossierOf(desk, log, caller, ID) };
};

describe('the dossier of a request', () => {
  test('is in the shape of the contract', async () => {
    const { show } = await told();
    expect(answers.Dossier().safeParse(await show()).error).toBeUndefined();
  });

  test('tells all that happened in its order, refusals among it, by whom and in whose words', async () => {
    const { timeline, events } = await (await told()).show();
    expect(timeline.map(({ type }) => type)).toEqual(events.map(({ type }) => type));
    expect(timeline.map(({ type, actor, words: text }) => [type, actor.displayName, text])).toEqual([
      ['request.submitted', 'Ada', 'why, said engineer'],
      ['credentials.refused', 'Ada', undefined],
      ['request.approved', 'Lea', 'yes, said approver'],
      ['request.approved', undefined, undefined],
      ['credentials.intended', 'Ada', undefined],
      ['credentials.issued', 'Ada', undefined],
      ['console.issued', 'Ada', undefined],
      ['request.extension_requested', 'Ada', undefined],
      ['request.approved', 'Lea', undefined],
      ['request.revoked', undefined, 'stop, said security'],
      ['sessions.ended', undefined, undefined],
    ]);
  });

  test('says of each decision what lay before whoever took it', async () => {
    const { timeline } = await (await told()).show();
    const [first, second, extension] = timeline.filter(({ type }) => type === 'request.approved');
    const asked = {
      what: 'request',
      entitlementId: 'prod-admin',
      accountId: '111122223333',
      roleArn: twoStages.roleArn,
      ticket: 'OPS-1',
      via: 'assumeRole',
    };
    expect(first?.on).toMatchObject({
      ...asked,
      durationSeconds: 3600,
      approvals: 0,
      stage: 0,
      scope: { actions: ['s3:GetObject'] },
    });
    expect(second).toMatchObject({
      on: { ...asked, durationSeconds: 1800, approvals: 1, stage: 1 },
      onBehalfOf: { handle: secondApprover.handle },
    });
    expect(extension?.on).toMatchObject({ what: 'extension', durationSeconds: 600, approvals: 0 });
    expect(timeline.find(({ type }) => type === 'request.revoked')?.on).toMatchObject({
      what: 'request',
      durationSeconds: 1800,
    });
  });

  test('says when the grant begins, grows and ends, and nothing of it in between', async () => {
    const { timeline } = await (await told()).show();
    expect(timeline.flatMap(({ type, grant }) => (grant ? [[type, grant.startsAt, grant.endsAt]] : []))).toEqual([
      ['request.approved', noon(30), noon(1830)],
      ['request.approved', noon(30), noon(2430)],
      ['request.revoked', noon(30), noon(90)],
    ]);
  });

  test('puts together what is known of a role session, under each of its events', async () => {
    const { timeline } = await (await told()).show();
    const session = { purpose: 'credentials', roleArn: twoStages.roleArn, durationSeconds: 900 };
    expect(timeline.find(({ type }) => type === 'credentials.intended')?.session).toMatchObject(session);
    expect(timeline.find(({ type }) => type === 'credentials.issued')?.session).toMatchObject({
      ...session,
      accessKeyId: 'ASIAEXAMPLE',
      expiration: noon(960),
    });
    expect(timeline.find(({ type }) => type === 'console.issued')?.session).toMatchObject({
      ...session,
      urlExpiresAt: noon(960),
    });
    expect(timeline.find(({ type }) => type === 'sessions.ended')).toMatchObject({
      ended: { tookMs: 4200, by: 'boundary' },
    });
    expect(timeline.find(({ type }) => type === 'credentials.refused')).toMatchObject({
      refusal: { code: 'not_approved', reason: 'still pending' },
    });
  });

  test('says of each event what proves it, and of all how many', async () => {
    const { timeline, coverage } = await (await told()).show();
    expect(coverage).toMatchObject({ proved: 4, waiting: 7, unproved: 0, checkpoint: { seq: 0, size: 4 } });
    expect(timeline[1]?.log).toMatchObject({ state: 'proved', index: 2, checkpoint: 0 });
    expect(timeline.at(-1)?.log).toEqual({ state: 'waiting', index: 10 });
  });

  test('before anything was signed nothing is proved', async () => {
    const { coverage } = await (await told(0)).show();
    expect(coverage).toEqual({ proved: 0, waiting: 11, unproved: 0 });
  });

  test('asks for the names of those who come up in it, and of nobody else', async () => {
    const { desk, show } = await told();
    const get = desk.people.get.bind(desk.people);
    const askedFor: string[] = [];
    desk.people.get = (handles) => {
      askedFor.push(...handles);
      return get(handles);
    };
    const { timeline } = await show();
    const shown = timeline.flatMap(({ actor, onBehalfOf }) => [actor, ...(onBehalfOf ? [onBehalfOf] : [])]);
    expect(new Set(askedFor)).toEqual(new Set(shown.map(({ handle }) => handle)));
  });

  test('whoever was forgotten is a handle, and their words are gone; the rest stays', async () => {
    const { desk, show } = await told();
    desk.texts.forget(security.handle);
    const { timeline, coverage } = await show();
    const revoked = timeline.find(({ type }) => type === 'request.revoked');
    expect(revoked?.actor).toEqual({ handle: security.handle, kind: 'person' });
    expect(revoked).not.toHaveProperty('words');
    expect(coverage.proved).toBe(4);
  });
});

describe('an auditor who approves too', () => {
  const both = { ...approver, groups: [...approver.groups, ...auditor.groups] };

  test.each([
    ['may say yes', [], true],
    ['may not where they are the requester, though the requester’s own stream alone says so', [both.handle], false],
  ])('%s', async (_what, sameAs, may) => {
    const desk = memoryDesk();
    const carried = { sameAs, linked: sameAs, delegations: [], reservations: [] };
    const link = recorded(
      'link.made',
      { person: [engineer.handle, ...sameAs], carried },
      { by: engineer, at: noon(0) },
    );
    await desk.ledger.append(seal(undefined, `person#${engineer.handle}`, link));
    const asked = seal(undefined, `request#${ID}`, submitted());
    await desk.ledger.append(asked);
    const { request } = await dossierOf(desk, provedLog([asked]), both, ID);
    expect(request.actions.includes('approve')).toBe(may);
  });
});

describe('whoever may not have it', () => {
  test.each([engineer, approver, security, outsider])(
    'is told so, though the request is theirs: %#',
    async (caller) => {
      await expect((await told()).show(caller)).rejects.toMatchObject({ code: 'not_an_auditor' });
    },
  );

  test('an id of nothing is not found', async () => {
    const { desk, log } = await told();
    await expect(dossierOf(desk, log, auditor, `r_${'B'.repeat(26)}`)).rejects.toMatchObject({ code: 'not_found' });
  });

  test('a chain that is broken is not shown as if it were none', async () => {
    const { desk, show } = await told();
    desk.ledger.alter(`request#${ID}`, 1, (canonical) => canonical.replace(approver.handle, handleOf('nobody')));
    await expect(show()).rejects.toMatchObject({ code: 'ledger_unavailable' });
  });

  test('what was put among the refusals and belongs elsewhere is shown with the rest', async () => {
    const { desk, show } = await told();
    const stream = `refusals#${ID}`;
    const elsewhere = { first: 0, entries: [], carried: { size: 0, frontier: [] } };
    const put = recorded('log.extended', elsewhere, { by: engineer, at: noon(100) });
    await desk.ledger.append(seal(await desk.ledger.last(stream), stream, put));
    const { timeline } = await show();
    expect(timeline.at(-1)).toMatchObject({ eventId: put.eventId, type: 'log.extended', log: { state: 'waiting' } });
  });

  test('what the log does not prove is counted as such', async () => {
    const { log, show } = await told();
    log.tiles.get('0/0')!.splice(2, 1, Buffer.alloc(32));
    const { coverage, timeline } = await show();
    const unproved = timeline.filter(({ log: { state } }) => state === 'unproved').length;
    expect(unproved).toBeGreaterThan(0);
    expect(coverage).toMatchObject({ proved: 4 - unproved, waiting: 7, unproved });
  });
});
