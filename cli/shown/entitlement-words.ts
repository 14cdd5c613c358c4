import { inWords } from '../duration.ts';
import type { Entitlement } from '../entitlements.ts';
import { count, list, member, text, texts } from '../json.ts';
import { stagesText } from './people.ts';
import { visibleLine } from './visible.ts';

/** How a yes comes about. */
export const approvalText = ({ view }: Entitlement): string => {
  if (isGlassOnly(view)) return 'break-glass only';
  const approval = member(view, 'approval');
  if (approval === 'auto') return 'at once';
  return `a yes of ${stagesText(list(approval, 'stages'), member(approval, 'parallel') === true)}`;
};

/** What else an ask has to bring, a few words each. */
export const needsOf = ({ view }: Entitlement): readonly string[] => {
  const [ticket, requires, hours] = ['ticket', 'requires', 'hours'].map((name) => member(view, name));
  const seconds = count(requires, 'authenticatedWithinSeconds');
  return [
    ...(member(ticket, 'required') === true ? [`a ticket ${ticketForm(view)}`] : []),
    ...(member(requires, 'mfa') === true ? ['a second factor'] : []),
    ...(seconds === undefined ? [] : [`a sign-in of the last ${inWords(seconds)}`]),
    ...(hours === undefined ? [] : [hoursText(hours)]),
  ];
};

export const isGlassOnly = (view: unknown): boolean => member(member(view, 'breakGlassTerms'), 'only') === true;

/** A pattern without its anchors, which every one of them has. */
export const ticketForm = (view: unknown): string =>
  visibleLine((text(member(view, 'ticket'), 'pattern') ?? '').replace(/^\^/, '').replace(/\$$/, ''));

const hoursText = (hours: unknown): string =>
  visibleLine(
    `${texts(hours, 'days').join(', ')} ${text(hours, 'from') ?? ''} to ${text(hours, 'to') ?? ''} (${text(hours, 'timezone') ?? ''})`,
  );
