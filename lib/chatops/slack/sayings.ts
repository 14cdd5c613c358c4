import * as z from 'zod/mini';
import type { ChatSaying } from '../act.ts';
import { ASK_FORM, BUTTONS, COMMAND, INPUTS } from './names.ts';
import type { Press, Submission, Values } from './payload.ts';

export type SlackSaying = ChatSaying | 'nothing' | 'malformed';

/** What follows `/hatcheck`; what is none of them gets help. */
export const commandSaying = (said: {
  readonly command: string;
  readonly text?: string;
  readonly trigger_id: string;
}): SlackSaying => {
  if (said.command !== COMMAND) return 'malformed';
  switch ((said.text ?? '').trim().toLowerCase()) {
    case '':
    case 'ask':
      return { type: 'form', trigger: said.trigger_id };
    case 'mine':
    case 'list':
      return { type: 'list' };
    case 'link':
      return { type: 'link' };
    default:
      return { type: 'help' };
  }
};

/** Ids are as we make them; nothing else of what the button brings counts. */
const REQUEST_VALUE = /^(r_[A-Z2-7]{26})\.(0|[1-9]\d{0,8})$/;

export const pressSaying = ({ actions: [action], state, trigger_id: trigger }: Press): SlackSaying => {
  switch (action?.action_id) {
    case BUTTONS.open:
      return 'nothing';
    case BUTTONS.form:
      return { type: 'form', trigger };
    case BUTTONS.approve:
    case BUTTONS.deny: {
      const [, requestId, seq] = REQUEST_VALUE.exec(action.value ?? '') ?? [];
      if (requestId === undefined) return 'malformed';
      const on = { requestId, seq: Number(seq) };
      return action.action_id === BUTTONS.approve
        ? { type: 'approve', ...on }
        : { type: 'deny', ...on, reason: typed(state?.values, INPUTS.reason) ?? '' };
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
