import * as z from 'zod/mini';
import type { Read } from '../read.ts';
import { type SlackIdentity, actOf, id, jsonOf, line } from './payload.ts';

/** Slack asks whether the address is ours, when it is written into the app's settings; the answer is the challenge itself. */
const verification = z.object({
  type: z.literal('url_verification'),
  challenge: z.string().check(z.regex(/^[A-Za-z0-9_-]{1,128}$/)),
});

/** https://docs.slack.dev/apis/events-api: what is around each event; what is not named here is ignored. */
const callback = z.object({
  type: z.literal('event_callback'),
  api_app_id: id('A'),
  team_id: id('T'),
  context_enterprise_id: z.exactOptional(z.nullable(id('E'))),
  /** The same when it is sent again. */
  event_id: z.string().check(z.regex(/^Ev[A-Z0-9]{2,30}$/)),
  event: z.looseObject({ type: line }),
});

/** https://docs.slack.dev/reference/events/app_home_opened */
const homeOpened = z.object({ type: z.literal('app_home_opened'), user: id('UW'), tab: line });

const envelope = z.discriminatedUnion('type', [verification, callback]);

/** An event of the verified body, or the challenge that is to be said back. `nothing`: one that we did not ask for. */
export const readEvent = (body: string, us: SlackIdentity): Read | { readonly challenge: string } => {
  const said = envelope.safeParse(jsonOf(body)).data;
  if (!said) return { fault: 'malformed' };
  if (said.type === 'url_verification') return { challenge: said.challenge };
  const { api_app_id: app, team_id: team, context_enterprise_id: enterprise, event_id: trigger, event } = said;
  const opened = homeOpened.safeParse(event).data;
  const from = { app, team, enterprise: enterprise ?? undefined, user: opened?.user ?? '', name: undefined, trigger };
  if (event.type !== 'app_home_opened') return actOf(from, us, 'nothing', () => ({}));
  if (!opened) return { fault: 'malformed' };
  return actOf(from, us, opened.tab === 'home' ? { type: 'home' } : 'nothing', () => ({}));
};
