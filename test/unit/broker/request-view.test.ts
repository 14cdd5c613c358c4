import { describe, expect, test } from '@jest/globals';
import { readRequest } from '../../../lib/broker/read-request.ts';
import { viewRequests } from '../../../lib/broker/request-view.ts';
import { summaryOf } from '../../../lib/broker/summary.ts';
import {
  approver,
  auditor,
  engineer,
  noon,
  policy,
  request,
  secondApprover,
  security,
  stage,
  submitted,
} from '../../support/builders.ts';
import { memoryPeople } from '../../support/memory.ts';
import { acted, asked, granted, words } from './story.ts';
import { deskOf, seen } from './view-scene.ts';

const erin = { handle: engineer.handle, displayName: 'Erin Engineer', email: 'engineer@example.com' };
const ada = { handle: approver.handle, displayName: 'Ada Approver' };

describe('a request as it is shown', () => {
  test('pending: with names and words, and without a grant', async () => {
    const desk = deskOf();
    const id = await asked(desk);
    expect(await seen(desk, id)).toEqual({
      id,
      status: 'pending',
      entitlementId: 'prod-admin',
      title: 'Administer production',
      accountId: '111122223333',
      roleArn: 'arn:aws:iam::111122223333:role/hatcheck/Admin',
      requester: erin,
      justification: words.justification,
      durationSeconds: 3600,
      createdAt: noon(0),
      pendingUntil: noon(1800),
      stages: [{ from: { groups: ['okta:sre-leads'], people: [] }, count: 1, approvals: [] }],
      approvalsNeeded: 1,
      breakGlass: false,
      actions: ['cancel'],
      seq: 0,
    });
  });

  test('approved: with its grant, its approvals in their stages and their comments', async () => {
    const stages = [stage('sre-leads', 2), stage('security')];
    const desk = deskOf({ approval: { stages, withinSeconds: 1800 } });
    const id = await asked(desk, { ticket: 'OPS-1', startAt: noon(600) });
    await acted(desk, id, approver, { type: 'approve', comment: 'go ahead', durationSeconds: 900 });
    await acted(desk, id, secondApprover, { type: 'approve' });
    desk.clock.advance(60);
    await acted(desk, id, security, { type: 'approve', comment: 'seen' });
    expect(await seen(desk, id)).toMatchObject({
      status: 'approved',
      ticket: 'OPS-1',
      startAt: noon(600),
      durationSeconds: 3600,
      grantedSeconds: 900,
      approvalsNeeded: 0,
      grant: { state: 'scheduled', startsAt: noon(600), endsAt: noon(1500) },
      stages: [
        {
          count: 2,
          approvals: [
            { approver: ada, at: noon(0), comment: 'go ahead' },
            { approver: { handle: secondApprover.handle }, at: noon(0) },
          ],
        },
        { count: 1, approvals: [{ approver: { handle: security.handle }, at: noon(60), comment: 'seen' }] },
      ],
    });
    expect((await seen(desk, id)).stages[0]?.approvals[1]).not.toHaveProperty('comment');
  });

  test('automatically approved: with no stages and nothing to wait for', async () => {
    const desk = deskOf({ approval: 'auto' });
    const view = await seen(desk, await asked(desk));
    expect(view).toMatchObject({ status: 'approved', stages: [], approvalsNeeded: 0, grantedSeconds: 3600 });
    for (const absent of ['pendingUntil', 'ticket', 'startAt', 'closed']) expect(view).not.toHaveProperty(absent);
  });

  test('closed: by whom, when, and why where there is a reason', async () => {
    const desk = deskOf();
    const [denied, ended] = [await asked(desk), await granted(desk)];
    await acted(desk, denied, approver, { type: 'deny', reason: 'not today' });
    await acted(desk, ended, engineer, { type: 'end' });
    expect((await seen(desk, denied)).closed).toEqual({ kind: 'denied', by: ada, at: noon(0), reason: 'not today' });
    expect((await seen(desk, ended)).closed).toEqual({ kind: 'ended', by: erin, at: noon(0) });
    expect(await seen(desk, ended)).not.toHaveProperty('sessionsEnded');
  });

  test('closed, with sessions that were out: when they were ended, by what, and how long that took', async () => {
    const sessionsEnded = { at: noon(2), tookMs: 2000, by: 'boundary' } as const;
    const [view] = await viewRequests(deskOf(), engineer, [{ ...request(submitted()), sessionsEnded }]);
    expect(view?.sessionsEnded).toEqual(sessionsEnded);
  });

  test('is as it is at this moment', async () => {
    const desk = deskOf();
    const id = await granted(desk);
    expect((await seen(desk, id)).grant?.state).toBe('active');
    desk.clock.set(noon(3600));
    expect(await seen(desk, id)).toMatchObject({ status: 'expired', grant: { state: 'ended' }, actions: [] });
  });

  test('keeps role and account as approved, and its id for a title, when the entitlement is gone', async () => {
    const desk = deskOf();
    const id = await asked(desk);
    const view = await seen({ ...desk, policy: policy([]) }, id);
    expect(view).toMatchObject({ title: 'prod-admin', accountId: '111122223333', entitlementId: 'prod-admin' });
  });

  test('from its summary is what it is from the ledger', async () => {
    const desk = deskOf();
    const { request } = await readRequest(desk, engineer, await granted(desk));
    expect(await viewRequests(desk, engineer, [summaryOf(request)])).toEqual(
      await viewRequests(desk, engineer, [request]),
    );
  });
});

describe('a forgotten person', () => {
  test('has no words, and their request is there all the same', async () => {
    const desk = deskOf();
    const id = await asked(desk);
    await acted(desk, id, approver, { type: 'approve', comment: 'go ahead' });
    await acted(desk, id, approver, { type: 'revoke', reason: 'stop' });
    desk.texts.forget(engineer.handle);
    desk.texts.forget(approver.handle);
    expect(await seen(desk, id)).toMatchObject({
      justification: '',
      stages: [{ approvals: [{ comment: '' }] }],
      closed: { reason: '' },
    });
  });

  test('has no name, only the handle', async () => {
    const desk = deskOf();
    expect((await seen({ ...desk, people: memoryPeople() }, await asked(desk))).requester).toEqual({
      handle: engineer.handle,
    });
  });
});

test('however many requests, names and words are read once, each name once', async () => {
  const desk = deskOf();
  const ids = [await granted(desk), await granted(desk), await asked(desk)];
  await acted(desk, ids[0]!, approver, { type: 'revoke', reason: 'stop' });
  const requests = await Promise.all(ids.map(async (id) => (await readRequest(desk, engineer, id)).request));
  const [handles, wanted]: [string[][], number[]] = [[], []];
  const views = await viewRequests(
    {
      ...desk,
      people: { get: (of) => (handles.push([...of]), desk.people.get(of)) },
      texts: { ...desk.texts, get: (of) => (wanted.push(of.length), desk.texts.get(of)) },
    },
    engineer,
    requests,
  );
  expect(views.map(({ id }) => id)).toEqual(ids);
  expect([handles, wanted]).toEqual([[[engineer.handle, approver.handle]], [4]]);
});

test('parallel stages and an escalation are shown, and it is an approver’s to see from then on', async () => {
  const to = { groups: ['okta:auditors', 'okta:managers'] };
  const desk = deskOf({
    approval: {
      stages: [stage('sre-leads'), stage('security')],
      parallel: true,
      withinSeconds: 1800,
      escalation: { afterSeconds: 900, to },
    },
  });
  const id = await asked(desk);
  expect(await seen(desk, id, auditor)).toMatchObject({
    parallel: true,
    escalation: { at: noon(900), to: { ...to, people: [] } },
    actions: [],
  });
  desk.clock.advance(900);
  expect((await seen(desk, id, auditor)).actions).toEqual(['approve', 'deny']);
});

describe('an extension as it is shown', () => {
  const more = { type: 'extend', durationSeconds: 600, justification: 'the queue is still stuck' } as const;
  const extensible = {
    extension: { maxTotalSeconds: 7200, approval: { stages: [stage('sre-leads')], withinSeconds: 600 } },
  };

  test('pending, with its words, who is asked, and the acts on it', async () => {
    const desk = deskOf(extensible);
    const id = await granted(desk);
    await acted(desk, id, engineer, more);
    expect(await seen(desk, id)).toMatchObject({
      grantedSeconds: 3600,
      extension: {
        status: 'pending',
        justification: 'the queue is still stuck',
        durationSeconds: 600,
        createdAt: noon(0),
        pendingUntil: noon(600),
        stages: [{ approvals: [] }],
        approvalsNeeded: 1,
      },
      actions: ['cancel', 'end', 'credentials', 'console'],
    });
    expect((await seen(desk, id, approver)).actions).toEqual(['approve', 'deny', 'revoke']);
  });

  test('denied, with its reason', async () => {
    const desk = deskOf(extensible);
    const id = await granted(desk);
    await acted(desk, id, engineer, more);
    await acted(desk, id, approver, { type: 'deny', reason: 'enough' });
    const { extension, actions } = await seen(desk, id);
    expect(extension).toMatchObject({ status: 'denied', closed: { kind: 'denied', by: ada, reason: 'enough' } });
    expect(extension).not.toHaveProperty('grantedSeconds');
    expect(actions).toEqual(['end', 'extend', 'credentials', 'console']);
  });

  test('approved, with what it came to', async () => {
    const desk = deskOf(extensible);
    const id = await granted(desk);
    await acted(desk, id, engineer, more);
    await acted(desk, id, approver, { type: 'approve', durationSeconds: 300, comment: 'a little' });
    expect(await seen(desk, id)).toMatchObject({
      grantedSeconds: 3900,
      extension: { status: 'approved', grantedSeconds: 300, stages: [{ approvals: [{ comment: 'a little' }] }] },
    });
  });
});

describe('break-glass as it is shown', () => {
  const glass = {
    breakGlass: {
      requesters: { groups: ['okta:sre'] },
      maxDurationSeconds: 3600,
      issuesPerHour: 6,
      reviewWithinSeconds: 60,
      reviewers: { groups: ['okta:security'] },
      notify: [],
    },
  };

  test('waits for its review, until it is overdue and beyond', async () => {
    const desk = deskOf(glass);
    const id = await asked(desk, { breakGlass: true });
    const review = { reviewBy: noon(3660), reviewers: { groups: ['okta:security'], people: [] }, overdue: false };
    expect(await seen(desk, id)).toMatchObject({ breakGlass: true, review });
    expect((await seen(desk, id, security)).actions).toEqual(['revoke', 'review']);
    desk.clock.advance(3660);
    expect((await seen(desk, id)).review).toEqual({ ...review, overdue: true });
  });

  test('reviewed, with what was said of it', async () => {
    const desk = deskOf(glass);
    const id = await asked(desk, { breakGlass: true });
    await acted(desk, id, security, { type: 'review', verdict: 'unjustified', comment: 'it could have waited' });
    desk.clock.advance(100_000);
    expect((await seen(desk, id)).review).toEqual({
      ...{ reviewBy: noon(3660), reviewers: { groups: ['okta:security'], people: [] }, overdue: false },
      ...{ verdict: 'unjustified', comment: 'it could have waited', at: noon(0), by: { handle: security.handle } },
    });
  });
});

test('what was asked for together says so', async () => {
  const desk = deskOf();
  const { request } = await readRequest(desk, engineer, await asked(desk));
  const bundle = { id: 'b_AAAAAAAAAAAAAAAAAAAAAAAAAA', requestIds: [request.id] };
  const [together, alone] = await viewRequests(desk, engineer, [{ ...request, bundle }, request]);
  expect([together?.bundleId, alone?.bundleId]).toEqual([bundle.id, undefined]);
});
