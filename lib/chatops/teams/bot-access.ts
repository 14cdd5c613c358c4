import * as z from 'zod/mini';
import type { Instant } from '../../domain/principal.ts';
import { isBefore, plusSeconds } from '../../domain/time.ts';
import type { Clock } from '../../identity/ports.ts';
import { callPlatform, readAnswer } from '../platform-call.ts';
import { ChatError } from '../port.ts';

export interface BotAccessOptions {
  readonly appId: string;
  readonly tenantId: string;
  /** The bot's; asked for when it is first needed. */
  readonly password: () => Promise<string>;
  readonly clock: Clock;
  readonly fetch: typeof globalThis.fetch;
  /** The origin of what stands in for Microsoft on a laptop. */
  readonly standIn?: string;
}

/** What the bot speaks with. */
export interface BotAccess {
  /** At least five minutes before its end; one call to Entra an hour. @throws ChatError */
  token(): Promise<string>;
  /** It was refused: the next one is asked for anew. */
  forget(): void;
}

const LOGIN = 'https://login.microsoftonline.com';
const EARLY_SECONDS = 300;

const granted = z.object({
  token_type: z.literal('Bearer'),
  access_token: z.string().check(z.minLength(1)),
  expires_in: z.number().check(z.minimum(1), z.maximum(86_400)),
});

/** Bot Connector authentication, "Step 1", as a bot of one tenant: by its secret (RFC 6749, 4.4), asked for by one call at a time. */
export const botAccess = (options: BotAccessOptions): BotAccess => {
  let held: Promise<Held> | undefined;
  const isGood = async (asked: Promise<Held>): Promise<boolean> => isBefore(options.clock.now(), (await asked).until);
  return {
    token: async () => {
      if (!held || !(await isGood(held).catch(() => false))) held = ask(options);
      return (await held).token;
    },
    forget: () => {
      held = undefined;
    },
  };
};

interface Held {
  readonly token: string;
  readonly until: Instant;
}

const ask = async ({ appId, tenantId, password, clock, fetch, standIn = LOGIN }: BotAccessOptions): Promise<Held> => {
  const asked = clock.now();
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: appId,
    client_secret: await password(),
    scope: 'https://api.botframework.com/.default',
  });
  const name = 'the token of the bot';
  const url = `${standIn}/${tenantId}/oauth2/v2.0/token`;
  const response = await callPlatform({ name, url, headers: {}, body }, fetch);
  if (!response.ok) {
    await response.body?.cancel();
    throw new ChatError(`${name}: ${response.status}`, { mayPass: false });
  }
  const { access_token: token, expires_in: seconds } = await readAnswer(name, response, (json) => granted.parse(json));
  return { token, until: plusSeconds(asked, seconds - EARLY_SECONDS) };
};
