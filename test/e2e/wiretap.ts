import diagnostics from 'node:diagnostics_channel';
import type { IncomingMessage, ServerResponse } from 'node:http';

/** One exchange that a server of this process had, with everything in it. */
export interface Exchange {
  readonly port: number;
  /** Method and target, then headers. */
  readonly asked: string;
  readonly askedBody: string;
  readonly status: number;
  readonly answered: string;
  readonly answeredBody: string;
}

export interface Wiretap {
  readonly exchanges: readonly Exchange[];
  stop(): void;
}

/** Listens in on every HTTP server of this process, so that what was really given out is known, whoever gave it to whom. */
export const tapWires = (): Wiretap => {
  const exchanges: Exchange[] = [];
  const listen = (message: unknown): void => {
    const { request, response } = message as { request: IncomingMessage; response: ServerResponse };
    const [asked, answered]: [Buffer[], Buffer[]] = [[], []];
    const push = request.push.bind(request);
    request.push = (chunk: Buffer | null, ...rest) => {
      if (chunk) asked.push(Buffer.from(chunk));
      return push(chunk, ...rest);
    };
    for (const name of ['write', 'end'] as const) {
      const original = response[name].bind(response) as (...args: unknown[]) => unknown;
      const tapped = (...args: unknown[]): unknown => {
        const [chunk] = args;
        if (typeof chunk === 'string' || chunk instanceof Uint8Array) answered.push(Buffer.from(chunk));
        return original(...args);
      };
      Object.assign(response, { [name]: tapped });
    }
    response.once('close', () => {
      exchanges.push({
        port: request.socket.localPort ?? 0,
        asked: `${request.method ?? ''} ${request.url ?? ''}\n${request.rawHeaders.join('\n')}`,
        askedBody: Buffer.concat(asked).toString(),
        status: response.statusCode,
        // What was really sent, also of headers that `writeHead` was given.
        answered: String(Reflect.get(response, '_header')),
        answeredBody: Buffer.concat(answered).toString(),
      });
    });
  };
  diagnostics.subscribe('http.server.request.start', listen);
  return {
    exchanges,
    stop: () => {
      diagnostics.unsubscribe('http.server.request.start', listen);
    },
  };
};

/** Each with its kind, so that a finding can say what leaked without saying it. */
export interface GivenOut {
  readonly kind: string;
  readonly secret: string;
}

/** Where secrets stand in what was said; the first group is the secret. */
const SECRETS: readonly (readonly [string, RegExp])[] = [
  ['session cookie', /__Host-hatcheck=p_[\w-]{43}\.([\w-]{43})/g],
  ['pre-login cookie', /__Host-hatcheck-login=([\w-]{20,})/g],
  ['access token of the broker', /"access_token":"p_[\w-]{43}\.([\w-]{43})"/g],
  ['access token of the provider', /"access_token":"((?!p_)[\w.-]{20,})"/g],
  ['refresh token of the provider', /"refresh_token":"((?!p_)[\w.-]{20,})"/g],
  ['refresh token of the broker', /"refresh_token":"p_[\w-]{43}\.([\w-]{43})"/g],
  ['nonce', /[?&]nonce=([\w-]{16,})/g],
  ['ID token', /"id_token":"([\w-]+\.[\w-]+\.[\w-]+)"/g],
  ['ID token', /^(eyJ[\w-]+\.[\w-]+\.[\w-]+)\s*$/g],
  ['ID token as subject token', /subject_token=(eyJ[\w-]+\.[\w-]+\.[\w-]+)/g],
  ['authorization code', /[?&]code=([\w-]{16,})/g],
  ['state', /[?&]state=([\w-]{16,})/g],
  ['PKCE verifier', /code_verifier=([\w.~-]{43,128})/g],
  ['SigninToken', /"SigninToken":"([^"]{20,})"/g],
  ['SigninToken', /[?&]SigninToken=([^&\s]{20,})/g],
  ['secret access key', /<SecretAccessKey>([^<]+)</g],
  ['session token', /<SessionToken>([^<]+)</g],
  ['secret access key', /"SecretAccessKey":"([^"]+)"/g],
  ['session token', /"SessionToken":"([^"]+)"/g],
];

/** Every secret that somebody was given, once. */
export const secretsIn = (exchanges: readonly Exchange[]): readonly GivenOut[] => {
  const found = new Map<string, string>();
  for (const { asked, askedBody, answered, answeredBody } of exchanges)
    for (const text of [asked, askedBody, answered, answeredBody])
      for (const [kind, pattern] of SECRETS)
        for (const [, secret = ''] of text.matchAll(pattern)) {
          found.set(secret, kind);
          if (secret.includes('%')) found.set(decodeURIComponent(secret), kind);
        }
  return [...found].map(([secret, kind]) => ({ kind, secret }));
};
