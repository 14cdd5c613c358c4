import * as z from 'zod';
import type { Entitlement, Stage, StagedApproval } from '../domain/entitlement.ts';
import { type ApproversSchema, compileApprovers } from './access-approvers.ts';
import type { Path } from './access-fault.ts';
import { duration } from './access-words.ts';
import { present } from './present.ts';

/** Who has to say yes, and how: the approval of a request, or that of its extension. */
export const approval = (approvers: ApproversSchema) =>
  z.union(
    [
      z.literal('auto'),
      z.strictObject({
        stages: z
          .array(z.strictObject({ from: approvers, count: z.int().min(1).max(10).default(1) }))
          .min(1)
          .max(5),
        parallel: z.boolean().default(false),
        within: duration('1m', '7d').default(86_400),
        escalation: z.strictObject({ after: duration('1m', '7d'), to: approvers }).optional(),
      }),
    ],
    { error: 'must be auto, or a map with stages' },
  );

export type ApprovalText = z.infer<ReturnType<typeof approval>>;

export const compileApproval = (text: ApprovalText, issuers: ReadonlyMap<string, string>): 'auto' | StagedApproval => {
  if (text === 'auto') return text;
  const { stages, parallel, within, escalation } = text;
  return {
    stages: stages.map(({ from, count }): Stage => ({ from: compileApprovers(from, issuers), count })),
    ...(parallel && { parallel }),
    withinSeconds: within,
    ...(escalation && {
      escalation: { afterSeconds: escalation.after, to: compileApprovers(escalation.to, issuers) },
    }),
  };
};

/** An escalation that comes when nobody may decide any more would be none. */
export const escalationFaults = (at: Path, is: Entitlement['approval']) =>
  is !== 'auto' && is.escalation && is.escalation.afterSeconds >= is.withinSeconds
    ? [{ at: [...at, 'escalation', 'after'], code: 'too_late', message: 'must be shorter than within' }]
    : [];

export const approverRequires = z.strictObject({
  mfa: z.boolean().default(false),
  authenticatedWithin: duration('1m', '24h').optional(),
  channel: z.literal('portal').optional(),
});

export const compileApproverRequires = ({
  mfa,
  authenticatedWithin,
  channel,
}: z.infer<typeof approverRequires>): NonNullable<Entitlement['approverRequires']> => ({
  mfa,
  ...present({ authenticatedWithinSeconds: authenticatedWithin, channel }),
});
