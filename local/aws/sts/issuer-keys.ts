import * as z from 'zod';
import { AwsFault } from '../fault.ts';

const discoverySchema = z.object({ issuer: z.string(), jwks_uri: z.string() });
const jwksSchema = z.object({ keys: z.array(z.looseObject({ kty: z.string() })).max(200) });

export type IssuerKeys = z.infer<typeof jwksSchema>;

const TIMEOUT_MS = 3000;
const MAX_BYTES = 256 * 1024;

/**
 * The keys that an issuer publishes. Anew each time: AWS keeps them for a while, a laptop need not. Only of loopback addresses, which
 * may be http here where AWS wants https. Throws an AwsFault IDPCommunicationError, InvalidIdentityToken.
 */
export async function issuerKeys(issuer: string): Promise<IssuerKeys> {
  const discovery = discoverySchema.safeParse(await fetched(`${issuer}/.well-known/openid-configuration`));
  if (!discovery.success || discovery.data.issuer !== issuer)
    throw new AwsFault(400, 'InvalidIdentityToken', 'The issuer of the discovery document is not that of the token');
  const keys = jwksSchema.safeParse(await fetched(discovery.data.jwks_uri));
  if (!keys.success) throw new AwsFault(400, 'InvalidIdentityToken', "Couldn't retrieve verification key");
  return keys.data;
}

async function fetched(address: string): Promise<unknown> {
  const url = URL.parse(address);
  if (url === null || !['127.0.0.1', '[::1]'].includes(url.hostname)) throw unreachable('not on this machine');
  try {
    const answer = await fetch(url, {
      redirect: 'error',
      headers: { connection: 'close' },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const text = await answer.text();
    if (answer.status === 200 && text.length <= MAX_BYTES) return JSON.parse(text);
  } catch (cause) {
    throw unreachable(cause instanceof Error ? cause.name : 'unknown');
  }
  throw unreachable('another answer than 200');
}

function unreachable(reason: string): AwsFault {
  const message = "The identity provider's endpoint could not be reached.";
  return new AwsFault(400, 'IDPCommunicationError', message, reason);
}
