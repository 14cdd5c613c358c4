import * as z from 'zod';
import type { Client } from './client-page.ts';
import { SLACK_PAGE } from './slack-client-page.ts';
import type { SlackWorld } from './slack-api.ts';
import type { SlackHands } from './slack.ts';

export interface PageDesk {
  readonly world: SlackWorld;
  readonly hands: SlackHands;
}

const texts = z.record(z.string(), z.string());
const done = z.discriminatedUnion('do', [
  z.object({
    do: z.literal('press'),
    as: z.string(),
    /** Neither: on the app's home. */
    channel: z.string().optional(),
    ts: z.string().optional(),
    actionId: z.string(),
    value: z.string().optional(),
    inputs: texts.default({}),
  }),
  z.object({ do: z.literal('command'), as: z.string(), channel: z.string(), text: z.string() }),
  z.object({ do: z.literal('submit'), as: z.string(), values: texts }),
  z.object({ do: z.enum(['leave', 'home']), as: z.string() }),
]);

type Done = z.infer<typeof done>;

/** The page of the local workspace: its channels as a chosen member sees them, the buttons, and the slash command. */
export const slackClientPage = (desk: PageDesk): Client => ({
  page: SLACK_PAGE,
  state: () => stateOf(desk.world),
  act: (what) => act(desk, done.parse(what)),
});

const act = async ({ hands, world }: PageDesk, what: Done): Promise<object> => {
  switch (what.do) {
    case 'press': {
      const { as, channel, ts, actionId, value, inputs } = what;
      const on = channel === undefined || ts === undefined ? {} : { message: { channel, ts } };
      return hands.press(as, { ...on, actionId, inputs, ...(value === undefined ? {} : { value }) });
    }
    case 'command':
      return hands.command(what.as, what.channel, what.text);
    case 'submit':
      return hands.submit(what.as, what.values);
    case 'home':
      return hands.openHome(what.as);
    case 'leave':
      world.views.delete(what.as);
      return {};
  }
};

const stateOf = ({ channels, members, messages, views, homes }: SlackWorld): object => ({
  ...{ channels, members, messages },
  views: Object.fromEntries(views),
  homes: Object.fromEntries(homes),
});
