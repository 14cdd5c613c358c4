import { createPublicKey, type KeyObject } from 'node:crypto';
import { GetPublicKeyCommand, type KMSClient, SignCommand } from '@aws-sdk/client-kms';
import { keyId as idOf } from '../broker/log/checkpoint.ts';
import type { CheckpointSigner } from '../broker/log/ports.ts';
import { HatcheckError, refuse } from '../domain/errors.ts';

export interface CheckpointKeys {
  readonly client: KMSClient;
  /** ARNs of keys of P-256: the first signs, those behind it did before. */
  readonly keyIds: readonly [string, ...string[]];
}

/** Signs checkpoints in KMS, and knows with which keys they verify. The keys do not leave KMS; each public one is asked for once. */
export const kmsCheckpointSigner = ({
  client,
  keyIds,
}: CheckpointKeys): CheckpointSigner & { readonly keys: () => Promise<readonly KeyObject[]> } => {
  let known: Promise<readonly KeyObject[]> | undefined;
  const keys = (): Promise<readonly KeyObject[]> => {
    known ??= Promise.all(keyIds.map((id) => publicKey(client, id))).catch((error: unknown) => {
      // Asked again at the next call.
      known = undefined;
      throw error;
    });
    return known;
  };
  return {
    keys,
    sign: async (text) => {
      const [own] = await keys();
      const { Signature } = await orNoAws(
        'KMS did not sign a checkpoint',
        client.send(
          new SignCommand({
            KeyId: keyIds[0],
            SigningAlgorithm: 'ECDSA_SHA_256',
            MessageType: 'RAW',
            Message: Buffer.from(text),
          }),
        ),
      );
      if (!Signature || !own) throw new HatcheckError(refuse('aws_unavailable', 'KMS answered without a signature'));
      return { signature: Buffer.from(Signature).toString('base64'), kid: idOf(own) };
    },
  };
};

const publicKey = (client: KMSClient, KeyId: string): Promise<KeyObject> =>
  orNoAws(
    'KMS did not give the public key of checkpoints',
    client
      .send(new GetPublicKeyCommand({ KeyId }))
      .then(({ PublicKey }) => createPublicKey({ key: Buffer.from(PublicKey ?? []), format: 'der', type: 'spki' })),
  );

const orNoAws = async <T>(reason: string, call: Promise<T>): Promise<T> => {
  try {
    return await call;
  } catch (cause) {
    throw new HatcheckError(refuse('aws_unavailable', reason), { cause });
  }
};
