import { describe, expect, test } from '@jest/globals';
import { issueCredentials } from '../../../lib/broker/issue.ts';
import { readRequest } from '../../../lib/broker/read-request.ts';
import { viewRequests } from '../../../lib/broker/request-view.ts';
import type { Principal } from '../../../lib/domain/principal.ts';
import { approver, auditor, engineer, noon, secondApprover, security, stage } from '../../support/builders.ts';
import type { MemoryDesk } from '../../support/memory.ts';
import { acted, asked, by, granted, issuerAt } from './story.ts';
import { deskOf, seen } from './view-scene.ts';

describe('what the caller may do', () => {
  const actions = async (desk: MemoryDesk, id: string, who: Principal): Promise<readonly string[]> =>
    (await seen(desk, id, who)).actions;

  test('while it is pending', async () => {
    const desk = deskOf();
    const id = await asked(desk);
    expect(await actions(desk, id, engineer)).toEqual(['cancel']);
    expect(await actions(desk, id, approver)).toEqual(['approve', 'deny']);
    expect(await actions(desk, id, security)).toStrictEqual([]);
    expect(await actions(desk, id, auditor)).toStrictEqual([]);
  });

  test('while the grant lasts', async () => {
    const desk = deskOf();
    const id = await granted(desk);
    expect(await actions(desk, id, engineer)).toEqual(['end', 'credentials', 'console']);
    expect(await actions(desk, id, approver)).toEqual(['revoke']);
    expect(await actions(desk, id, secondApprover)).toEqual(['revoke']);
    expect(await actions(desk, id, security)).toEqual(['revoke']);
  });

  test('before it begins', async () => {
    const desk = deskOf();
    const id = await granted(desk, { startAt: noon(600) });
    expect(await actions(desk, id, engineer)).toEqual(['end']);
  });

  test('after one yes of two: that approver has said what there is to say', async () => {
    const desk = deskOf({ approval: { stages: [stage('sre-leads', 2)], withinSeconds: 1800 } });
    const id = await asked(desk);
    await acted(desk, id, approver, { type: 'approve' });
    expect(await actions(desk, id, approver)).toEqual(['deny']);
    expect(await actions(desk, id, secondApprover)).toEqual(['approve', 'deny']);
  });

  test('attack: a requester among the approvers is offered neither approval nor denial', async () => {
    const desk = deskOf();
    const id = await asked(desk);
    expect(await actions(desk, id, { ...engineer, groups: ['okta:sre', 'okta:sre-leads'] })).toEqual(['cancel']);
  });

  test('an act that only wants a newer sign-in is still theirs', async () => {
    const desk = deskOf({ requires: { mfa: true }, groupsMaxAgeSeconds: 60 });
    const id = await asked(desk, {}, { ...engineer, methods: ['mfa'] });
    desk.clock.advance(61);
    expect(await actions(desk, id, approver)).toEqual(['approve', 'deny']);
    await acted(desk, id, { ...approver, groupsAt: noon(61) }, { type: 'approve' });
    expect(await actions(desk, id, engineer)).toEqual(['end', 'credentials', 'console']);
  });

  test('an act against any other rule is not', async () => {
    const desk = deskOf();
    const id = await granted(desk);
    expect(await actions(desk, id, { ...engineer, groups: [] })).toEqual(['end']);
  });

  test('a limit that is reached counts where the issues are known', async () => {
    const issuer = issuerAt(deskOf({ limits: { issuesPerHour: 1 } }));
    const id = await granted(issuer);
    await issueCredentials(issuer, by(id));
    expect(await actions(issuer, id, engineer)).toEqual(['end']);
  });
});

test('where only the portal will do, the act is not offered to a caller by another way', async () => {
  const desk = deskOf({ approverRequires: { mfa: false, channel: 'portal' } });
  const { request } = await readRequest(desk, engineer, await asked(desk));
  const actions = async (channel: 'portal' | 'bearer'): Promise<unknown> =>
    (await viewRequests(desk, approver, [request], { channel }))[0]?.actions;
  expect([await actions('portal'), await actions('bearer')]).toEqual([['approve', 'deny'], ['deny']]);
});
