import { exportJWK, generateKeyPair } from 'jose';
import type { JWK } from 'jose';

/** The algorithms that the local OpenID provider signs with. */
export type OidcAlgorithm = 'RS256' | 'ES256';

export interface OidcKey extends JWK {
  readonly kid: string;
  readonly alg: OidcAlgorithm;
}

/** One private signing key an algorithm, as JWKs; keep them to survive a restart. */
export const generateOidcKeys = (): Promise<OidcKey[]> => Promise.all([generate('RS256'), generate('ES256')]);

const generate = async (alg: OidcAlgorithm): Promise<OidcKey> => {
  const { privateKey } = await generateKeyPair(alg, { extractable: true });
  return { ...(await exportJWK(privateKey)), kid: crypto.randomUUID(), alg, use: 'sig' };
};
