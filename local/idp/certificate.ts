import { type KeyObject, createPublicKey } from 'node:crypto';
import { certificateOf } from '../../lib/config/x509.ts';

/** A self-signed certificate of an RSA or EC key, DER in base64: metadata wants one, nobody checks more of it than its key. */
export const selfSignedCertificate = (privateKey: KeyObject, commonName: string, notBefore: Date): string =>
  certificateOf({
    ...{ publicKey: createPublicKey(privateKey), signer: privateKey, subject: commonName, issuer: commonName },
    ...{ notBefore, serial: 1 },
  });
