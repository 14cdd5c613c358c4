import * as z from 'zod/mini';
import type { RouteContract } from '../route-contract.ts';
import { once, text } from '../schemas.ts';
import { open, read } from './pieces.ts';

/** What a platform calls, with a signature or token of its own. */
const fromPlatform = {
  ...open,
  function: 'chatops',
  rawBody: true,
  answers: { 200: 'empty' },
  codes: [
    'invalid_token',
    'channel_not_allowed',
    'invalid_input',
    'not_found',
    'ledger_unavailable',
    'aws_unavailable',
  ],
} as const;

/** The routes of `functions/chatops.ts`. */
export const chatopsRoutes = {
  'POST /chatops/slack/commands': {
    ...fromPlatform,
    operationId: 'receiveSlackCommand',
    summary: 'A slash command, signed by Slack; what is to be done about it comes after the answer.',
    accepts: ['form'],
  },
  'POST /chatops/slack/interactions': {
    ...fromPlatform,
    operationId: 'receiveSlackInteraction',
    summary: 'A button that was pressed or a form that was sent, signed by Slack.',
    accepts: ['form'],
  },
  'POST /chatops/slack/events': {
    ...fromPlatform,
    operationId: 'receiveSlackEvent',
    summary: 'That somebody opened the app’s home, signed by Slack; or its challenge, which is said back.',
    accepts: ['json'],
  },
  'POST /chatops/teams/messages': {
    ...fromPlatform,
    operationId: 'receiveTeamsActivity',
    summary: 'A message to the bot or a button that was pressed, with a token of the Bot Framework.',
    accepts: ['json'],
    answers: { 200: 'TeamsAnswer' },
    codes: [...fromPlatform.codes, 'provider_unavailable'],
  },
} as const satisfies Record<string, RouteContract>;

/** Where a person says the code that their chat account was given. Served by `functions/signin.ts`. */
export const chatLinkRoutes = {
  'GET /chat/link': {
    ...open,
    page: true,
    operationId: 'askForChatCode',
    summary: 'Where a person links their chat account, and sees those that are linked.',
    function: 'signin',
    answers: { 200: 'page', 303: 'redirect' },
    codes: ['ledger_unavailable'],
  },
  'POST /chat/link': {
    ...read,
    csrf: 'always',
    page: true,
    operationId: 'linkChat',
    summary:
      'Shows whose code it is; with a decision, links that account or not. With `remove`, unlinks one. Whoever has not just signed in does so first.',
    function: 'signin',
    body: once(() =>
      z.strictObject({
        code: z.exactOptional(text(64)),
        decision: z.exactOptional(z.enum(['link', 'leave'])),
        remove: z.exactOptional(text(256)),
      }),
    ),
    accepts: ['form'],
    bodyRequired: true,
    answers: { 200: 'page', 303: 'redirect' },
    codes: ['limit_reached', 'ledger_conflict', 'ledger_unavailable'],
  },
} as const satisfies Record<string, RouteContract>;
