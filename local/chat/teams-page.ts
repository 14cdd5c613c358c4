import * as z from 'zod';
import type { Client } from './client-page.ts';
import { TEAMS_PAGE } from './teams-client-page.ts';
import type { TeamsHands } from './teams.ts';
import type { TeamsWorld } from './teams-world.ts';

const done = z.discriminatedUnion('do', [
  z.object({
    do: z.literal('press'),
    as: z.string(),
    conversation: z.string(),
    message: z.string(),
    verb: z.string(),
    data: z.record(z.string(), z.string()),
  }),
  z.object({ do: z.literal('say'), as: z.string(), channel: z.string().optional(), text: z.string() }),
]);

/** The page of the local tenant: its channels and everybody's own conversation with the bot, the buttons, and what one says to it. */
export const teamsClientPage = ({
  world,
  hands,
}: {
  readonly world: TeamsWorld;
  readonly hands: TeamsHands;
}): Client => ({
  page: TEAMS_PAGE,
  state: () => {
    const { channels, members, messages, replaced } = world;
    return { channels, members, messages, replaced: Object.fromEntries(replaced) };
  },
  act: (what) => {
    const { as, ...did } = done.parse(what);
    return did.do === 'press' ? hands.press(as, did) : hands.say(as, did.channel, did.text);
  },
});
