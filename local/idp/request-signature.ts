import { X509Certificate, verify } from 'node:crypto';

const RSA_SHA256 = 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256';

/**
 * Whether the key of this certificate signed the query of an HTTP-Redirect: the octets as they came, in the one order (SAML 2.0 bindings,
 * 3.4.4.1).
 */
export const isSignedQuery = (query: string, certificate: string): boolean => {
  const pairs = query.split('&');
  const only = (name: string): string | undefined => {
    const [pair, ...more] = pairs.filter((each) => each.startsWith(`${name}=`));
    return more.length > 0 ? undefined : pair;
  };
  const signed = ['SAMLRequest', 'RelayState', 'SigAlg'].map(only).filter((pair) => pair !== undefined);
  const parameters = new URLSearchParams(query);
  if (parameters.get('SigAlg') !== RSA_SHA256 || only('SAMLRequest') === undefined) return false;
  const { publicKey } = new X509Certificate(Buffer.from(certificate, 'base64'));
  const signature = Buffer.from(parameters.get('Signature') ?? '', 'base64');
  return verify('sha256', Buffer.from(signed.join('&')), publicKey, signature);
};
