import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import * as z from 'zod';
import { PAGE, PAGE_HEADERS } from './slack-client-page.ts';
import type { SlackWorld } from './slack-api.ts';
import type { SlackHands } from './slack.ts';

export interface PageDesk {
  readonly world: SlackWorld;
  readonly hands: SlackHands;
}

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly body: string;
  readonly headers: IncomingHttpHeaders;
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
export const servePage = async (
  desk: PageDesk,
  { method, path, body, headers }: Asked,
  response: ServerResponse,
): Promise<void> => {
  if (path === '/' && method === 'GET') {
    response.writeHead(200, PAGE_HEADERS).end(PAGE);
    return;
  }
  const reads = path === '/state' && method === 'GET';
  // Only this page may act: another origin's script cannot send this type without asking first.
  const acts = path === '/do' && method === 'POST' && headers['content-type'] === 'application/json';
  if (reads) json(response, 200, stateOf(desk.world));
  else if (acts) json(response, 200, await act(desk, done.parse(JSON.parse(body))));
  else json(response, 404, { error: 'no such page' });
};

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

const json = (response: ServerResponse, status: number, content: object): void => {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify(content));
};
