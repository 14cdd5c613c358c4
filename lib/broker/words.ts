import type { TextRef } from '../domain/event.ts';
import type { Handle } from '../domain/principal.ts';
import type { Desk } from './broker.ts';
import type { Chance } from './ports.ts';
import { hashText } from './text.ts';

/** A person's words, ready to be stored: where they will stand, and with which salt. */
export interface Words {
  readonly ref: TextRef;
  readonly value: { readonly salt: string; readonly text: string };
}

export const newWords = (chance: Chance, text: string): Words => {
  const salt = chance.token(16);
  return { ref: { id: chance.id(), hash: hashText(salt, text) }, value: { salt, text } };
};

/** Stores words that what is done does not wait for. @param what is told to the operator of what cannot be kept */
export const keepIfPossible = async (
  { texts, warn }: Pick<Desk, 'texts' | 'warn'>,
  whose: Handle,
  { ref, value }: Words,
  what: string,
): Promise<void> => {
  try {
    await texts.put(whose, ref, value);
  } catch (error) {
    warn(what, error);
  }
};
