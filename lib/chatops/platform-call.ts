import { ChatError } from './port.ts';

/** For a whole call; several of them fit into a function's minute. */
const TIMEOUT_MS = 5000;
const MAX_ANSWER_BYTES = 256 * 1024;

export interface PlatformCall {
  /** How the log calls it: nobody's words, no id. */
  readonly name: string;
  readonly url: string;
  readonly method?: 'GET' | 'POST' | 'PUT';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | URLSearchParams;
}

/**
 * No redirects: a token goes where we say and nowhere else.
 * @throws ChatError when there is no answer in time, or one that asks to come again (429, 5xx)
 */
export const callPlatform = async (
  { name, url, method = 'POST', headers, body }: PlatformCall,
  fetch: typeof globalThis.fetch,
): Promise<Response> => {
  const response = await fetch(url, {
    ...{ method, headers, redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) },
    ...(body === undefined ? {} : { body }),
  }).catch((cause: unknown) => {
    throw new ChatError(`${name} was not answered`, { mayPass: true, cause });
  });
  const { status } = response;
  if (status !== 429 && status < 500) return response;
  await response.body?.cancel();
  throw new ChatError(`${name} answers ${status}`, later(response));
};

/** Another try may succeed, after as many whole seconds as `Retry-After` says (RFC 9110, 10.2.3). */
export const later = ({ headers }: Response): { readonly mayPass: true; readonly retryAfterMs?: number } => {
  const text = headers.get('retry-after') ?? '';
  return { mayPass: true, ...(/^\d{1,5}$/.test(text) ? { retryAfterMs: Number(text) * 1000 } : {}) };
};

/** @throws ChatError when `parse` throws, or the answer is larger than 256 KiB */
export const readAnswer = async <T>(name: string, response: Response, parse: (json: unknown) => T): Promise<T> => {
  try {
    return parse(JSON.parse(await boundedText(response)));
  } catch {
    // NB. Without its cause, which quotes the answer, and that quotes what was said.
    throw new ChatError(`${name} answers ${response.status}, and not as it should`, { mayPass: true });
  }
};

const boundedText = async (response: Response): Promise<string> => {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const body: ReadableStream<Uint8Array> | null = response.body;
  for await (const chunk of body ?? []) {
    size += chunk.byteLength;
    if (size > MAX_ANSWER_BYTES) throw new Error('the answer is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
};
