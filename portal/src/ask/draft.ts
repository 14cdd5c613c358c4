import type { Ask, EntitlementView, RequestView } from '../api/calls.ts';
import { longest, usualSeconds } from './choices.ts';

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

export const emptyDraft = (entitlement: EntitlementView): Draft => {
  // Where it is the only way, nothing else can be asked for.
  const breakGlass = entitlement.breakGlassTerms?.only === true;
  const durationSeconds = usualSeconds(longest(entitlement, breakGlass));
  return { justification: '', durationSeconds, ticket: '', actions: '', resources: '', startAt: '', breakGlass };
};

/** The same once more, from now on, and never as break-glass. */
export const draftOf = (
  { maxDurationSeconds }: EntitlementView,
  { justification, durationSeconds, ticket = '', scope }: RequestView,
): Draft => ({
  ...{ justification, durationSeconds: Math.min(durationSeconds, maxDurationSeconds), ticket },
  ...{ actions: scope?.actions.join('\n') ?? '', resources: scope?.resources.join('\n') ?? '' },
  ...{ startAt: '', breakGlass: false },
});

const TEXTS = ['justification', 'ticket', 'actions', 'resources', 'startAt'] as const;

/** What a browser kept of a draft, or nothing where it is none. */
export const draftFrom = (kept: string | undefined): Draft | undefined => {
  const read = kept === undefined ? undefined : parsed(kept);
  if (typeof read !== 'object' || read === null) return undefined;
  const { durationSeconds, breakGlass, ...texts } = read as Record<keyof Draft, unknown>;
  const areTexts = TEXTS.every((name) => typeof texts[name] === 'string');
  return areTexts && Number.isInteger(durationSeconds) && typeof breakGlass === 'boolean' ? (read as Draft) : undefined;
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** One a line; spaces part them as well. */
export const linesOf = (text: string): readonly string[] => text.split(/\s+/).filter((line) => line !== '');

/** What is asked by it. Both parts of a scope, or neither, are empty, or the broker says which is missing. */
export const askOf = ({ id, scope: mayBePart, ticket: ticketRule }: EntitlementView, draft: Draft): Ask => {
  const { justification, durationSeconds, breakGlass } = draft;
  const ticket = ticketRule ? draft.ticket.trim() : '';
  const scope = { actions: linesOf(draft.actions), resources: linesOf(draft.resources) };
  const isPart = mayBePart && scope.actions.length + scope.resources.length > 0;
  const starts = breakGlass ? undefined : instantOf(draft.startAt);
  return {
    ...{ entitlementId: id, justification, durationSeconds },
    ...(ticket === '' ? {} : { ticket }),
    ...(isPart ? { scope } : {}),
    ...(starts === undefined ? {} : { startAt: starts }),
    ...(breakGlass ? { breakGlass } : {}),
  };
};

/** The instant, in UTC, of what a `datetime-local` input has; undefined for nothing. */
export const instantOf = (local: string): string | undefined => {
  const date = new Date(local);
  return local === '' || Number.isNaN(date.getTime()) ? undefined : date.toISOString();
};

/** What a `datetime-local` input has for an instant, in the reader's time zone, to the minute. */
export const localOf = (ms: number): string => {
  const date = new Date(ms);
  return new Date(ms - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
};
