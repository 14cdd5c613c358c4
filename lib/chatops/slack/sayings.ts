import * as z from 'zod/mini';
import type { ChatSaying } from '../act.ts';
import { INPUTS } from '../inputs.ts';
import { readRequestValue } from '../request-value.ts';
import { typedCommand } from '../typed-command.ts';
import { ASK_FORM, BUTTONS, COMMAND } from './names.ts';
import type { Press, Submission, Values } from './payload.ts';

export type SlackSaying = ChatSaying | 'nothing' | 'malformed';

/** What follows `/hatcheck`. */
export const commandSaying = (said: {
  readonly command: string;
  readonly text?: string;
  readonly trigger_id: string;
}): SlackSaying => (said.command === COMMAND ? typedCommand(said.text ?? '', said.trigger_id) : 'malformed');

export const pressSaying = ({ actions: [action], state, trigger_id: trigger }: Press): SlackSaying => {
  switch (action?.action_id) {
    case BUTTONS.open:
      return 'nothing';
    case BUTTONS.form:
      return { type: 'form', trigger };
    case BUTTONS.approve:
    case BUTTONS.deny:
    case BUTTONS.revoke: {
      const on = readRequestValue(action.value ?? '');
      if (!on) return 'malformed';
      return action.action_id === BUTTONS.approve
        ? { type: 'approve', ...on }
        : { type: action.action_id, ...on, reason: typed(state?.values, INPUTS.reason) ?? '' };
    }
    default:
      return 'malformed';
  }
};

export const submissionSaying = ({ view: { callback_id: form, state } }: Submission): SlackSaying => {
  if (form !== ASK_FORM) return 'malformed';
  const entitlementId = chosen(state.values, INPUTS.entitlement);
  const seconds = /^[1-9]\d{0,6}$/.exec(chosen(state.values, INPUTS.duration) ?? '')?.[0];
  if (entitlementId === undefined || seconds === undefined) return 'malformed';
  const ticket = typed(state.values, INPUTS.ticket)?.trim();
  return {
    type: 'ask',
    entitlementId,
    justification: typed(state.values, INPUTS.justification) ?? '',
    durationSeconds: Number(seconds),
    ...(ticket ? { ticket } : {}),
  };
};

/** Slack's own bound of a text is 3000; what is too long for us is for the use case to say. */
const typedText = z.object({ value: z.string().check(z.maxLength(3000)) });
const chosenOption = z.object({ selected_option: z.object({ value: z.string().check(z.maxLength(150)) }) });

const typed = (values: Values | undefined, input: string): string | undefined =>
  typedText.safeParse(values?.[input]?.[input]).data?.value;

const chosen = (values: Values, input: string): string | undefined =>
  chosenOption.safeParse(values[input]?.[input]).data?.selected_option.value;
