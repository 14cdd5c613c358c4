import { readFile } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import type { EventType } from '../../lib/domain/event.ts';
import type { RequestStatus } from '../../lib/domain/request.ts';
import { stateMachinePage } from '../../scripts/docs.ts';
import { edges } from '../../scripts/state-machine.ts';

const found = edges();

/** Total over the types, so that a new one has to be thought of here. */
const STATUSES = {
  pending: true,
  approved: true,
  denied: true,
  cancelled: true,
  expired: true,
  revoked: true,
  ended: true,
} satisfies Record<RequestStatus, true>;

const ACTS = {
  'request.submitted': true,
  'request.approved': true,
  'request.denied': true,
  'request.cancelled': true,
  'request.extension_requested': true,
  'request.extended': true,
  'request.reviewed': true,
  'request.revoked': true,
  'request.ended': true,
  'credentials.intended': true,
} satisfies Record<Exclude<Extract<EventType, `request.${string}`>, 'request.lapsed'> | 'credentials.intended', true>;

test('docs/state-machine.md is what the code says; if it is not, run: npm run docs', async () => {
  expect(await readFile('docs/state-machine.md', 'utf8')).toBe(stateMachinePage());
});

test('every status is reached', () => {
  const reached = new Set(found.map(({ to }) => (/^(scheduled|active)/.test(to) ? 'approved' : to)));
  expect([...reached].toSorted()).toEqual(Object.keys(STATUSES).toSorted());
});

test('every act is done', () => {
  const done = new Set(found.map(({ what }) => what.replace(/ .*/, '')).filter((what) => what !== 'time'));
  expect([...done].toSorted()).toEqual(Object.keys(ACTS).toSorted());
});

test('what is over stays over: only a review of break-glass still comes, and a revoke of what its sessions still do', () => {
  const over = found.filter(({ from }) => ['denied', 'cancelled', 'expired', 'revoked', 'ended'].includes(from));
  const [revoked, others] = [true, false].map((is) => over.filter(({ what }) => (what === 'request.revoked') === is));
  expect(new Set(others?.map(({ what }) => what))).toEqual(new Set(['request.reviewed']));
  for (const { from, to } of others ?? []) expect(to).toBe(from);
  expect(revoked?.map(({ from, to }) => [from, to]).toSorted()).toEqual([
    ['ended', 'revoked'],
    ['expired', 'revoked'],
  ]);
});

test('nobody approves, denies or revokes as the requester', () => {
  for (const { what, by } of found)
    if (['request.approved', 'request.denied', 'request.revoked', 'request.reviewed'].includes(what))
      expect(by).not.toContain('requester');
});
