import { type KeyObject, constants, createHash, verify } from 'node:crypto';

export type Digest = 'sha1' | 'sha256' | 'sha384' | 'sha512';

export interface SignatureMethod {
  readonly keyType: 'rsa' | 'ec';
  readonly digest: Digest;
  readonly isPss?: true;
}

/** RFC 9231, 2.3, without those on SHA-1 and without HMAC: its "key" would be the provider's public certificate. */
const METHODS: ReadonlyMap<string, SignatureMethod> = new Map<string, SignatureMethod>([
  ['http://www.w3.org/2001/04/xmldsig-more#rsa-sha256', { keyType: 'rsa', digest: 'sha256' }],
  ['http://www.w3.org/2001/04/xmldsig-more#rsa-sha384', { keyType: 'rsa', digest: 'sha384' }],
  ['http://www.w3.org/2001/04/xmldsig-more#rsa-sha512', { keyType: 'rsa', digest: 'sha512' }],
  ['http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1', { keyType: 'rsa', digest: 'sha256', isPss: true }],
  ['http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256', { keyType: 'ec', digest: 'sha256' }],
  ['http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384', { keyType: 'ec', digest: 'sha384' }],
  ['http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512', { keyType: 'ec', digest: 'sha512' }],
]);

const DIGESTS: ReadonlyMap<string, Digest> = new Map<string, Digest>([
  ['http://www.w3.org/2001/04/xmlenc#sha256', 'sha256'],
  ['http://www.w3.org/2001/04/xmldsig-more#sha384', 'sha384'],
  ['http://www.w3.org/2001/04/xmlenc#sha512', 'sha512'],
]);

export interface AllowedAlgorithms {
  readonly methods: ReadonlyMap<string, SignatureMethod>;
  readonly digests: ReadonlyMap<string, Digest>;
}

export const ALLOWED: AllowedAlgorithms = { methods: METHODS, digests: DIGESTS };

/** For the public corpora only; see `sha1InTestsOnly`. */
export const ALLOWED_WITH_SHA1: AllowedAlgorithms = {
  methods: new Map([...METHODS, ['http://www.w3.org/2000/09/xmldsig#rsa-sha1', { keyType: 'rsa', digest: 'sha1' }]]),
  digests: new Map([...DIGESTS, ['http://www.w3.org/2000/09/xmldsig#sha1', 'sha1']]),
};

/** Whether any of the pinned keys made the signature. A key of another type than the method's is not even tried. */
export const isSignedByAny = (
  keys: readonly KeyObject[],
  { keyType, digest, isPss }: SignatureMethod,
  signed: string,
  signature: Uint8Array,
): boolean =>
  keys
    .filter((key) => key.asymmetricKeyType === keyType)
    .some((key) =>
      verify(
        digest,
        Buffer.from(signed),
        {
          key,
          dsaEncoding: 'ieee-p1363',
          ...(isPss && { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }),
        },
        signature,
      ),
    );

export const digestOf = (digest: Digest, text: string): Buffer => createHash(digest).update(text).digest();
