import * as z from 'zod';
import type { BreakGlassRules, Entitlement, ExtensionRules } from '../domain/entitlement.ts';
import type { Approvers } from '../domain/principal.ts';
import { type ApproversSchema, compileApprovers } from './access-approvers.ts';
import type { Path } from './access-fault.ts';
import type { Groups } from './access-groups.ts';
import { distinct, duration, lineOf } from './access-words.ts';
import { approval, compileApproval, escalationFaults } from './approval-rules.ts';

type Issuers = ReadonlyMap<string, string>;

/** More time on a live grant. */
export const extension = (approvers: ApproversSchema) =>
  z.strictObject({ maxTotal: duration('1m', '24h').optional(), approval: approval(approvers).optional() });

/** What is left out is as for the request itself. */
export const compileExtension = (
  { maxTotal, approval: text }: z.infer<ReturnType<typeof extension>>,
  request: Pick<Entitlement, 'maxDurationSeconds' | 'approval'>,
  issuers: Issuers,
): ExtensionRules => ({
  maxTotalSeconds: maxTotal ?? request.maxDurationSeconds,
  approval: text === undefined ? request.approval : compileApproval(text, issuers),
});

/** The way past the approval. */
export const breakGlass = (groups: Groups, approvers: ApproversSchema) =>
  z.strictObject({
    requesters: groups,
    maxDuration: duration('1m', '12h').default(3600),
    issuesPerHour: z.int().min(1).max(60).default(6),
    reviewWithin: duration('1h', '7d').default(86_400),
    reviewers: approvers.optional(),
    notify: distinct(lineOf(200), 20).default([]),
  });

/** Reviewers who are not named are the approvers of the stages, or the revokers where there is no stage. */
export const compileBreakGlass = (
  { maxDuration, reviewWithin, reviewers, ...text }: z.infer<ReturnType<typeof breakGlass>>,
  entitlement: Pick<Entitlement, 'approval' | 'revokers'>,
  issuers: Issuers,
): BreakGlassRules => ({
  ...text,
  maxDurationSeconds: maxDuration,
  reviewWithinSeconds: reviewWithin,
  reviewers: reviewers ? compileApprovers(reviewers, issuers) : otherwise(entitlement),
});

const otherwise = ({ approval: is, revokers }: Pick<Entitlement, 'approval' | 'revokers'>): Approvers => {
  if (is === 'auto') return revokers;
  const asked = is.stages.map(({ from }) => from);
  const people = asked.flatMap(({ people: named = [] }) => named);
  return { groups: [...new Set(asked.flatMap(({ groups }) => groups))], ...(people.length > 0 ? { people } : {}) };
};

interface SumFault {
  readonly at: Path;
  readonly code: string;
  readonly message: string;
}

/** What these say against the rest of the entitlement. */
export const moreTimeFaults = ({
  extension: more,
  breakGlass: alarmed,
  maxDurationSeconds,
}: Entitlement): SumFault[] => [
  ...(more ? escalationFaults(['extension', 'approval'], more.approval) : []),
  ...(more && more.maxTotalSeconds < maxDurationSeconds
    ? [{ at: ['extension', 'maxTotal'], code: 'too_short', message: 'must not be shorter than maxDuration' }]
    : []),
  ...(alarmed && alarmed.reviewers.groups.length === 0 && !alarmed.reviewers.people
    ? [{ at: ['breakGlass'], code: 'no_reviewers', message: 'must have reviewers: nobody approves or revokes here' }]
    : []),
];
