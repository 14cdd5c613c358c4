import type { Ask, EntitlementView } from '../api/calls.ts';
import { usualSeconds } from './choices.ts';

/** What is being written, as it stands in the form. */
export interface Draft {
  readonly justification: string;
  readonly durationSeconds: number;
  readonly ticket: string;
  readonly actions: string;
  readonly resources: string;
  /** As a `datetime-local` input has it, in the reader's time zone; empty is now. */
  readonly startAt: string;
  readonly breakGlass: boolean;
}

export const draftFor = ({ maxDurationSeconds }: EntitlementView): Draft => ({
  ...{ justification: '', durationSeconds: usualSeconds(maxDurationSeconds), ticket: '', actions: '', resources: '' },
  ...{ startAt: '', breakGlass: false },
});

const linesOf = (text: string): readonly string[] => text.split(/\s+/).filter((line) => line !== '');

/** What is asked by it. Both parts of a scope, or neither, are empty, or the broker says which is missing. */
export const askOf = ({ id, scope: mayBePart }: EntitlementView, draft: Draft): Ask => {
  const { justification, durationSeconds, breakGlass } = draft;
  const ticket = draft.ticket.trim();
  const scope = { actions: linesOf(draft.actions), resources: linesOf(draft.resources) };
  const isPart = mayBePart && scope.actions.length + scope.resources.length > 0;
  const starts = breakGlass || draft.startAt === '' ? undefined : new Date(draft.startAt);
  return {
    ...{ entitlementId: id, justification, durationSeconds },
    ...(ticket === '' ? {} : { ticket }),
    ...(isPart ? { scope } : {}),
    ...(starts ? { startAt: starts.toISOString() } : {}),
    ...(breakGlass ? { breakGlass } : {}),
  };
};
