import type { EntitlementView } from '../api/calls.ts';
import { approversText } from '../parts/approvers-text.ts';
import { durationText } from '../parts/duration.ts';

/** What this one asks of whoever asks for it, one sentence each, before they begin. */
export const needsOf = (entitlement: EntitlementView): readonly string[] => {
  const { approval, requires, ticket, hours, justification, breakGlassTerms: terms } = entitlement;
  const { mfa, authenticatedWithinSeconds: age } = requires;
  const isGlassOnly = terms?.only === true;
  return [
    isGlassOnly ? 'In an emergency only: at once, alarmed, and reviewed afterwards.' : approvalNeed(approval),
    ...(ticket && !isGlassOnly
      ? [`${ticket.required ? 'A ticket' : 'A ticket, if there is one,'} of the form ${formText(ticket.pattern)}.`]
      : []),
    ...(justification.minLength > 1 ? [`A reason of ${justification.minLength} characters or more.`] : []),
    ...(mfa ? ['A sign-in with a second factor.'] : []),
    ...(age === undefined ? [] : [`A sign-in of the last ${durationText(age)}.`]),
    ...(hours && !isGlassOnly ? [`${hours.days.join(', ')}, ${hours.from} to ${hours.to} (${hours.timezone}).`] : []),
  ];
};

/** A pattern without its anchors, which every one of them has. */
export const formText = (pattern: string): string => pattern.replace(/^\^/, '').replace(/\$$/, '');

const approvalNeed = (approval: EntitlementView['approval']): string => {
  if (approval === 'auto') return 'Granted at once.';
  const stages = approval.stages.map(({ from, count }) => `${count === 1 ? 'one' : count} of ${approversText(from)}`);
  return `A yes of ${stages.join(approval.parallel ? ' and ' : ', then of ')}, within ${durationText(approval.withinSeconds)}.`;
};
