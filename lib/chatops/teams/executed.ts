import * as z from 'zod/mini';
import type { ChatSaying } from '../act.ts';
import { INPUTS } from '../inputs.ts';
import { readRequestValue } from '../request-value.ts';
import { VALUE, VERBS } from './names.ts';

/** `Action.Execute`: what was typed into the card is among the data, beside what the button brings. */
export interface Executed {
  readonly verb: string;
  readonly data?: Readonly<Record<string, unknown>>;
}

/** What is too long for us is for the use case to say. */
const typed = z.string().check(z.maxLength(3000));

const asked = z.object({
  [INPUTS.entitlement]: z.string().check(z.minLength(1), z.maxLength(150)),
  [INPUTS.justification]: z.exactOptional(typed),
  [INPUTS.duration]: z.string().check(z.regex(/^[1-9]\d{0,6}$/)),
  [INPUTS.ticket]: z.exactOptional(typed),
});

/** Undefined for what no card of ours brings. @param trigger what a form is opened with */
export const executed = ({ verb, data = {} }: Executed, trigger: string): ChatSaying | undefined => {
  switch (verb) {
    case VERBS.form:
      return { type: 'form', trigger };
    case VERBS.ask:
      return ask(data);
    case VERBS.approve:
    case VERBS.deny:
    case VERBS.revoke: {
      const on = readRequestValue(z.string().safeParse(data[VALUE]).data ?? '');
      const reason = z.optional(typed).safeParse(data[INPUTS.reason]);
      if (!on || !reason.success) return undefined;
      return verb === VERBS.approve ? { type: verb, ...on } : { type: verb, ...on, reason: reason.data ?? '' };
    }
    default:
      return undefined;
  }
};

const ask = (data: object): ChatSaying | undefined => {
  const said = asked.safeParse(data).data;
  if (!said) return undefined;
  const ticket = said.ticket?.trim();
  return {
    type: 'ask',
    entitlementId: said.entitlement,
    justification: said.justification ?? '',
    durationSeconds: Number(said.duration),
    ...(ticket ? { ticket } : {}),
  };
};
