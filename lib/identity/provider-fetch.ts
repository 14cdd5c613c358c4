import { ProviderUnavailable } from './assertion-refused.ts';
import { type JsonObject, jsonObject } from './strict-json.ts';

/** A JSON document of an identity provider, with its status. */
export interface ProviderAnswer {
  readonly status: number;
  readonly json: JsonObject;
}

export type ProviderFetch = (
  url: URL,
  request?: { readonly headers?: Readonly<Record<string, string>>; readonly form?: URLSearchParams },
) => Promise<ProviderAnswer>;

const TIMEOUT_MS = 3000;
const MAX_BODY_BYTES = 1024 * 1024;
const LIMITS = { maxDepth: 16, maxMembers: 10_000 };

/**
 * GET, or POST where there is a form. No redirects: where a provider's documents are is configured, not told on the way.
 *
 * @param timeoutMs for the whole exchange, 3 s unless given
 * @returns a ProviderFetch that throws ProviderUnavailable for anything but a JSON object of at most 1 MiB in time
 */
export const providerFetch =
  (timeoutMs: number = TIMEOUT_MS): ProviderFetch =>
  async (url, { headers = {}, form } = {}) => {
    try {
      const response = await fetch(url, {
        ...(form && { method: 'POST', body: form }),
        headers: { accept: 'application/json', ...headers },
        redirect: 'error',
        signal: AbortSignal.timeout(timeoutMs),
      });
      const json = jsonObject(await boundedBody(response), LIMITS);
      if (!json) throw new Error(`status ${response.status} without a JSON object`);
      return { status: response.status, json };
    } catch (cause) {
      throw new ProviderUnavailable(`${url.origin}${url.pathname} does not answer as it should`, { cause });
    }
  };

const boundedBody = async (response: Response): Promise<Uint8Array> => {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const body: ReadableStream<Uint8Array> | null = response.body;
  for await (const chunk of body ?? []) {
    size += chunk.byteLength;
    if (size > MAX_BODY_BYTES) throw new Error('the answer is larger than 1 MiB');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
};
