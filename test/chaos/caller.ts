import { setTimeout as pause } from 'node:timers/promises';
import * as z from 'zod';
import { exchange } from '../../local/browser.ts';
import type { ErrorCode } from '../../lib/domain/errors.ts';
import type { Principal } from '../../lib/domain/principal.ts';
import type { Given, History, UseCase } from '../support/history.ts';

export interface Asked {
  readonly use: UseCase;
  readonly path: string;
  readonly method?: 'GET' | 'POST';
  readonly requestId?: string;
  readonly body?: object;
  readonly key?: string;
}

/** What came of it in the end. Without a status nobody ever answered. */
export interface Heard {
  readonly status: number | undefined;
  readonly json: Readonly<Record<string, unknown>>;
}

export interface Caller {
  readonly by: Principal;
  readonly fraction: () => number;
  /** Asks as the command line would, and again while an answer says to come back or none comes; each try is written down by itself. */
  ask(asked: Asked): Promise<Heard>;
}

export interface CallerOptions {
  readonly origin: string;
  /** A new ID token of the provider. */
  readonly idToken: () => Promise<string>;
  readonly fraction: () => number;
  readonly history: History;
  /** Told of each try. */
  readonly onAnswer: (answer: string) => void;
}

const TRIES = 7;
const FIRST_PAUSE_MS = 100;
/** An HTTP API waits half a minute for a function. */
const PATIENCE_MS = 35_000;

const principalSchema = z.object({
  principal: z.object({
    ...{ handle: z.string(), issuer: z.string(), subject: z.string(), kind: z.enum(['person', 'workload']) },
    ...{ groups: z.array(z.string()), authenticatedAt: z.string(), methods: z.array(z.string()) },
  }),
});
const givenSchema = z.object({
  request: z.object({ id: z.string() }).optional(),
  AccessKeyId: z.string().optional(),
  Expiration: z.string().optional(),
  url: z.string().optional(),
});
/** The gateway's own answers, where a function came to no good end, have no code. */
const problemSchema = z.object({ code: z.string() });
const objectSchema = z.record(z.string(), z.unknown());

/** Signs somebody in while all is well. @throws Error when that fails */
export const signIn = async (options: CallerOptions): Promise<Caller> => {
  const { origin, history, fraction, onAnswer } = options;
  let token = await tokenFor(options);
  const me = await fetch(`${origin}/v1/me`, { headers: { authorization: `Bearer ${token}` } });
  const { principal } = principalSchema.parse(await me.json());
  const by: Principal = { ...principal, groupsAt: new Date().toISOString() };

  const once = async (asked: Asked): Promise<Heard> => {
    const call = history.next();
    history.add(entryOf(call, asked, by));
    const heard = await send(origin, token, asked);
    const { data: problem } = problemSchema.safeParse(heard.json);
    const isOurs = heard.status !== undefined && (heard.status < 400 || problem !== undefined);
    const whose = problem?.code ?? (isOurs ? 'ok' : 'gateway');
    onAnswer(heard.status === undefined ? 'no answer' : `${heard.status} ${whose}`);
    if (isOurs) {
      const code = problem === undefined ? 'ok' : (problem.code as ErrorCode);
      history.add({ kind: 'answered', call, code, given: code === 'ok' ? givenBy(asked.use, heard.json) : {} });
    }
    return heard;
  };
  return {
    ...{ by, fraction },
    ask: async (asked) => {
      for (let tried = 1; ; tried += 1) {
        const heard = await once(asked);
        if (!isToComeBack(heard) || tried === TRIES) return heard;
        if (heard.status === 401) token = await tokenFor(options);
        await pause(FIRST_PAUSE_MS * 2 ** (tried - 1) * fraction());
      }
    },
  };
};

const isToComeBack = ({ status }: Heard): boolean => status === undefined || status === 401 || status >= 500;

const tokenFor = async ({ origin, idToken }: CallerOptions): Promise<string> => {
  for (let tried = 1; ; tried += 1) {
    const { status, json } = await exchange(origin, await idToken());
    if (status === 200) return z.string().parse(json['access_token']);
    if (tried === TRIES) throw new Error(`nobody can sign in: ${status}`);
    await pause(FIRST_PAUSE_MS * 2 ** tried);
  }
};

const entryOf = (call: number, { use, requestId, body, key }: Asked, by: Principal) => ({
  ...{ kind: 'asked' as const, call, use, by, channel: 'bearer' as const },
  ...(requestId === undefined ? {} : { requestId }),
  ...(key === undefined ? {} : { submission: { key, body: JSON.stringify(body) } }),
});

const send = async (origin: string, token: string, { path, method = 'POST', body, key }: Asked): Promise<Heard> => {
  try {
    const answer = await fetch(`${origin}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(key === undefined ? {} : { 'idempotency-key': key }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    const text = await answer.text();
    return { status: answer.status, json: objectSchema.parse(text === '' ? {} : JSON.parse(text)) };
  } catch {
    return { status: undefined, json: {} };
  }
};

const givenBy = (use: UseCase, json: Heard['json']): Given => {
  const { request, AccessKeyId, Expiration, url } = givenSchema.parse(use === 'read' || use === 'list' ? {} : json);
  return {
    ...(use === 'submit' && request ? { requestId: request.id } : {}),
    ...(AccessKeyId === undefined ? {} : { accessKeyId: AccessKeyId }),
    ...(Expiration === undefined ? {} : { expiration: Expiration }),
    ...(url === undefined ? {} : { url: true }),
  };
};
