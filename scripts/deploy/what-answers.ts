import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';

export interface Answering {
  readonly origin: string;
  readonly issuer: string;
}

export interface Patience {
  readonly tries: number;
  readonly pauseMs: number;
}

/** A new API and a name that was just mapped take some seconds to be known everywhere. */
const PATIENCE: Patience = { tries: 6, pauseMs: 5000 };

const ANSWER_MS = 10_000;

const health = z.object({ status: z.literal('ok') });
const issuerOf = (issuer: string) => z.object({ issuer: z.literal(issuer), jwks_uri: z.string() });
const serverOf = (origin: string) => z.object({ issuer: z.literal(origin) });

/** What does not answer as it should, as lines; none when all is well. */
export const whatAnswers = async (
  { origin, issuer }: Answering,
  patience: Patience = PATIENCE,
): Promise<readonly string[]> => {
  const asked = [
    [`${origin}/healthz`, health],
    [`${origin}/.well-known/oauth-authorization-server`, serverOf(origin)],
    [`${issuer}/.well-known/openid-configuration`, issuerOf(issuer)],
  ] as const;
  const wrong = await Promise.all(asked.map(([url, schema]) => patiently(() => ask(url, schema), patience)));
  return wrong.filter((line) => line !== undefined);
};

const patiently = async (
  look: () => Promise<string | undefined>,
  { tries, pauseMs }: Patience,
): Promise<string | undefined> => {
  for (let left = tries; ; left--) {
    const wrong = await look();
    if (wrong === undefined || left <= 1) return wrong;
    await sleep(pauseMs);
  }
};

const ask = async (url: string, schema: z.ZodType): Promise<string | undefined> => {
  try {
    const answer = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(ANSWER_MS) });
    if (answer.status !== 200) return `${url} answers ${answer.status}`;
    const body: unknown = await answer.json();
    return schema.safeParse(body).success ? undefined : `${url} answers, but not as this Hatcheck does`;
  } catch (error) {
    return `${url} does not answer (${reasonOf(error)})`;
  }
};

/** `fetch` says only that it failed; why is in its cause. */
const reasonOf = (error: unknown): string => {
  const { cause, name } = membersOf(error);
  const { code } = membersOf(cause);
  return [code, name].find((text) => typeof text === 'string') ?? 'unknown';
};

const membersOf = (error: unknown): { readonly cause?: unknown; readonly code?: unknown; readonly name?: unknown } =>
  typeof error === 'object' && error !== null ? error : {};
