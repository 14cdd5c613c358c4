import { forget, keep, kept } from '../app/kept.ts';
import { type Pending, type Yes, plainYes, yesFrom } from './draft.ts';

const placeOf = (id: string, what: Pending['what']): string => `yes:${id}:${what}`;

/** What was being written of a yes to this before a sign-in, or a yes to all of it. */
export const keptYes = (id: string, pending: Pending): Yes =>
  yesFrom(kept('session', placeOf(id, pending.what)), pending) ?? plainYes(pending);

export const keepYes = (id: string, { what }: Pending, yes: Yes): void => {
  keep('session', placeOf(id, what), JSON.stringify(yes));
};

/** When it was said, or somebody else was first. */
export const forgetYes = (id: string): void => {
  forget('session', placeOf(id, 'request'));
  forget('session', placeOf(id, 'extension'));
};
