import { boundedFetch } from '../outbound/bounded-fetch.ts';
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

const MAX_BODY_BYTES = 1024 * 1024;
const LIMITS = { maxDepth: 16, maxMembers: 10_000 };

/**
 * GET, or POST where there is a form; no redirects.
 *
 * @param timeoutMs for the whole exchange, 3 s unless given
 * @returns a ProviderFetch that throws ProviderUnavailable for anything but a JSON object of at most 1 MiB in time
 */
export const providerFetch = (timeoutMs?: number): ProviderFetch => {
  const fetchBytes = boundedFetch({ maxBytes: MAX_BODY_BYTES, ...(timeoutMs === undefined ? {} : { timeoutMs }) });
  return async (url, request) => {
    try {
      const { status, bytes } = await fetchBytes(url, request);
      const json = jsonObject(bytes, LIMITS);
      if (!json) throw new Error(`status ${status} without a JSON object`);
      return { status, json };
    } catch (cause) {
      throw new ProviderUnavailable(`${url.origin}${url.pathname} does not answer as it should`, { cause });
    }
  };
};
