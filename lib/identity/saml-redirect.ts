import { sign } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import type { SpKey } from './saml-keys.ts';

/** RFC 9231, 2.3.2. */
const RSA_SHA256 = 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256';

/** A message on its way by HTTP-Redirect (SAML 2.0 bindings, 3.4.4.1), signed where there is a key. */
export const redirectTo = (endpoint: string, xml: string, signer: SpKey | undefined): string => {
  const message = `SAMLRequest=${encodeURIComponent(deflateRawSync(xml).toString('base64'))}`;
  const url = new URL(endpoint);
  url.search = [url.search.slice(1), signer ? signedQuery(message, signer) : message].filter(Boolean).join('&');
  return url.href;
};

/** What is signed are the octets of the query as they stand there, in this order. */
const signedQuery = (message: string, { privateKey }: SpKey): string => {
  const signed = `${message}&SigAlg=${encodeURIComponent(RSA_SHA256)}`;
  return `${signed}&Signature=${encodeURIComponent(sign('sha256', Buffer.from(signed), privateKey).toString('base64'))}`;
};
