import { expect, test } from '@jest/globals';
import { issueCredentials } from '../../../lib/broker/issue.ts';
import { readRequest } from '../../../lib/broker/read-request.ts';
import { approver, auditor, engineer, outsider, security } from '../../support/builders.ts';
import { memoryDesk } from '../../support/memory.ts';
import { acted, asked, by, codeOf, issuerAt } from './story.ts';

test('a request is read with all its events, its refusals among them, by time', async () => {
  const issuer = issuerAt(memoryDesk());
  const id = await asked(issuer);
  issuer.clock.advance(1);
  await codeOf(issueCredentials(issuer, by(id)));
  issuer.clock.advance(1);
  await acted(issuer, id, approver, { type: 'approve' });
  issuer.clock.advance(1);
  await codeOf(issueCredentials(issuer, by(id, approver)));
  issuer.clock.advance(1);
  await issueCredentials(issuer, by(id));
  const { request, events } = await readRequest(issuer, engineer, id);
  expect(events.map(({ type }) => type)).toEqual([
    'request.submitted',
    'credentials.refused',
    'request.approved',
    'credentials.refused',
    'credentials.intended',
    'credentials.issued',
  ]);
  expect(request).toMatchObject({ id, seq: 3 });
});

test('of two events at the same instant the request’s own comes first', async () => {
  const issuer = issuerAt(memoryDesk());
  const id = await asked(issuer);
  await codeOf(issueCredentials(issuer, by(id)));
  await acted(issuer, id, approver, { type: 'approve' });
  const { events } = await readRequest(issuer, engineer, id);
  expect(events.map(({ type }) => type)).toEqual(['request.submitted', 'request.approved', 'credentials.refused']);
});

test('requester, approvers, revokers and auditors read it; to others it does not exist', async () => {
  const desk = memoryDesk();
  const id = await asked(desk);
  for (const reader of [engineer, approver, security, auditor])
    expect((await readRequest(desk, reader, id)).request.id).toBe(id);
  expect(await codeOf(readRequest(desk, outsider, id))).toBe('not_found');
  expect(await codeOf(readRequest(desk, engineer, 'r_BBBBBBBBBBBBBBBBBBBBBBBBBB'))).toBe('not_found');
});

test('attack: a request altered in the table is not shown as if it were true', async () => {
  const desk = memoryDesk();
  const id = await asked(desk);
  desk.ledger.alter(`request#${id}`, 0, (canonical) => canonical.replace('3600', '3601'));
  expect(await codeOf(readRequest(desk, engineer, id))).toBe('ledger_unavailable');
});
