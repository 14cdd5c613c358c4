export interface BoundedAnswer {
  readonly status: number;
  readonly bytes: Uint8Array;
}

export type BoundedFetch = (
  url: URL,
  request?: { readonly headers?: Readonly<Record<string, string>>; readonly form?: URLSearchParams },
) => Promise<BoundedAnswer>;

/** For the whole exchange, from looking up the host to the last byte. */
const TIMEOUT_MS = 3000;

/**
 * GET, or POST where there is a form, over a connection whose certificate was verified. No redirects: where somebody's documents are is
 * configured, not told on the way.
 *
 * @param timeoutMs for the whole exchange, 3 s unless given
 * @returns a function that throws an Error, with nothing of the request in its message, when there is no whole answer of at most `maxBytes`
 *   in time
 */
export const boundedFetch =
  ({ maxBytes, timeoutMs = TIMEOUT_MS }: { readonly maxBytes: number; readonly timeoutMs?: number }): BoundedFetch =>
  async (url, { headers = {}, form } = {}) => {
    const response = await fetch(url, {
      ...(form && { method: 'POST', body: form }),
      headers: { accept: 'application/json', ...headers },
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    });
    return { status: response.status, bytes: await boundedBody(response, maxBytes) };
  };

const boundedBody = async (response: Response, maxBytes: number): Promise<Uint8Array> => {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const body: ReadableStream<Uint8Array> | null = response.body;
  for await (const chunk of body ?? []) {
    size += chunk.byteLength;
    if (size > maxBytes) throw new Error(`the answer is larger than ${maxBytes / 1024} KiB`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
};
