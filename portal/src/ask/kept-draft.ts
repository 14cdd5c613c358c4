import { useEffect, useState } from 'preact/hooks';
import type { EntitlementView } from '../api/calls.ts';
import { forget, keep, kept } from '../app/kept.ts';
import { type Draft, draftFrom, emptyDraft } from './draft.ts';

const nameOf = ({ id }: Pick<EntitlementView, 'id'>): string => `draft:${id}`;

/** Has the form for it begin with this. */
export const keepDraft = (entitlement: EntitlementView, draft: Draft): void => {
  keep('session', nameOf(entitlement), JSON.stringify(draft));
};

export const forgetDraft = (entitlement: EntitlementView): void => {
  forget('session', nameOf(entitlement));
};

/** A draft that survives a sign-in in between, in this tab. */
export const useDraft = (entitlement: EntitlementView) => {
  const [draft, setDraft] = useState(() => draftFrom(kept('session', nameOf(entitlement))) ?? emptyDraft(entitlement));
  useEffect(() => {
    keepDraft(entitlement, draft);
  }, [entitlement, draft]);
  const change = (part: Partial<Draft>): void => {
    setDraft((before) => ({ ...before, ...part }));
  };
  return { draft, change };
};
