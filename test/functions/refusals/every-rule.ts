import type { Decision } from '../../../lib/domain/command.ts';
import { placeHold, liftHold } from '../../../lib/domain/decide-hold.ts';
import { decide } from '../../../lib/domain/decide.ts';
import { submit } from '../../../lib/domain/decide-submit.ts';
import { type Delegation, delegate, receive } from '../../../lib/domain/delegation.ts';
import { MAX_IDENTITIES, link } from '../../../lib/domain/links.ts';
import { type ToReserve, reserve } from '../../../lib/domain/reservation.ts';
import { NO_STANDING } from '../../../lib/domain/standing.ts';
import {
  NOON,
  approver,
  ask,
  context,
  engineer,
  entitlement,
  granted,
  handleOf,
  noon,
  outsider,
  recorded,
  security,
  words,
} from '../../support/builders.ts';

/** Asks for everything that an entitlement can ask for. */
const demanding = entitlement({
  ticket: { pattern: '^OPS', required: true, check: { service: 'jira', assigned: true, endsGrant: true } },
  breakGlass: {
    ...{ requesters: { groups: ['okta:sre'] }, reviewers: { groups: [] }, notify: [] },
    ...{ maxDurationSeconds: 60, issuesPerHour: 1, reviewWithinSeconds: 60 },
  },
});

const by = (who: typeof engineer) => context(who, noon(60), [demanding]);
const over = granted(recorded('request.revoked', { reason: words('why') }, { by: security, at: noon(30) }));

const delegation: Delegation = {
  ...{ id: 'd_1', by: engineer.handle, to: engineer.handle, sameAs: [], groups: [] },
  ...{ madeAt: NOON, startsAt: NOON, endsAt: noon(60) },
};
const reserving = (breakGlass: boolean): ToReserve => ({
  wanted: [{ requestId: 'r_1', breakGlass, at: NOON, until: noon(60) }],
  elsewhere: [{ requestId: 'r_2', breakGlass, at: NOON, until: noon(60) }],
  ...{ seen: new Map(), openRequests: 0 },
});
const crowd = Array.from({ length: MAX_IDENTITIES + 1 }, (_, i) => handleOf(String(i)));
const why = words('why');
const justification = { text: 'restore the queue', ref: why };

/** Every decision there is, refused: it tells all its rules. */
const refused: readonly (readonly [string, Decision])[] = [
  ['submit', submit(ask(), by(engineer))],
  ['submit', submit(ask({ breakGlass: true }), by(engineer))],
  ['approve', decide(over, { type: 'approve' }, by(approver))],
  ['deny', decide(over, { type: 'deny', reason: why }, by(approver))],
  ['cancel', decide(over, { type: 'cancel' }, by(engineer))],
  ['extend', decide(over, { type: 'extend', durationSeconds: 60, justification }, by(engineer))],
  ['review', decide(over, { type: 'review', verdict: 'justified', comment: why }, by(security))],
  ['end', decide(over, { type: 'end' }, by(engineer))],
  ['revoke', decide(over, { type: 'revoke', reason: why }, by(security))],
  ['issue', decide(over, { type: 'issue', purpose: 'credentials', sessionNameHash: 'hash' }, by(engineer))],
  ['delegate', delegate({ ...delegation, id: 'd_2' }, by(engineer))],
  ['receive', receive(NO_STANDING, delegation, NOON)],
  ['placeHold', placeHold({ holdId: 'h_1', target: { on: 'all' }, reason: why }, by(outsider))],
  ['liftHold', liftHold({ holdId: 'h_1' }, by(outsider))],
  ['reserve', reserve(NO_STANDING, reserving(false), NOON)],
  ['reserve', reserve(NO_STANDING, reserving(true), NOON)],
  ['link', link(NO_STANDING, crowd[0] ?? '', { person: crowd, linked: crowd }, NOON)],
];

/** `act.rule` of each rule of the decider. @throws TypeError where a decision was not refused, and so told none */
export const everyRule = (): readonly string[] => [
  ...new Set(
    refused.flatMap(([act, decision]) => {
      if (!('refusal' in decision)) throw new TypeError(`${act} was not refused`);
      return decision.rules.map(({ rule }) => `${act}.${rule}`);
    }),
  ),
];
