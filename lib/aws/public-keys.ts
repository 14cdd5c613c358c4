import { createHash, createPublicKey } from 'node:crypto';
import {
  DisabledException,
  GetPublicKeyCommand,
  type KMSClient,
  KMSInvalidStateException,
  NotFoundException,
} from '@aws-sdk/client-kms';
import type { Clock } from '../broker/ports.ts';
import { HatcheckError, refuse } from '../domain/errors.ts';
import { isBefore, plusSeconds } from '../domain/time.ts';

/** The public half of a key of ours, as a JWKS shows it (RFC 7517). */
export interface PublishedKey {
  readonly kty: 'EC';
  readonly crv: 'P-256';
  readonly x: string;
  readonly y: string;
  /** RFC 7638. */
  readonly kid: string;
  readonly use: 'sig';
  readonly alg: 'ES256';
}

/**
 * The public keys of KMS keys, each asked for once: a key of KMS never changes. What failed is asked for again at the next call.
 * @throws HatcheckError `aws_unavailable`
 */
export const publicKeys = (client: KMSClient): ((keyId: string) => Promise<PublishedKey>) =>
  remembered(
    (keyId) => publicKey(client, keyId),
    () => () => true,
  );

/** A key that is disabled because it leaked is published no longer than this, here and in caches. */
export const MAX_AGE_SECONDS = 300;

/**
 * Those of the keys that KMS would sign with, as of five minutes ago at the most: one that is disabled, gone or about to be is left out.
 *
 * @param onLeftOut is told which, each time that KMS is asked
 * @returns a function that throws HatcheckError `aws_unavailable` when that cannot be said of one of them
 */
export const keysInUse = (
  client: KMSClient,
  clock: Pick<Clock, 'now'>,
  onLeftOut: (keyId: string, cause: unknown) => void,
): ((keyIds: readonly string[]) => Promise<readonly PublishedKey[]>) => {
  const inUse = remembered(
    (keyId) =>
      publicKey(client, keyId).catch((error: unknown) => {
        if (!(error instanceof HatcheckError) || !isOutOfUse(error)) throw error;
        onLeftOut(keyId, error);
        return undefined;
      }),
    () => {
      const until = plusSeconds(clock.now(), MAX_AGE_SECONDS);
      return () => isBefore(clock.now(), until);
    },
  );
  return async (keyIds) => (await Promise.all(keyIds.map(inUse))).filter((key) => key !== undefined);
};

type ByKey<T> = (keyId: string) => Promise<T>;

/** Asks anew what failed, and what is not fresh any more. @param begin is called when something is asked, and gives what tells that */
const remembered = <T>(ask: ByKey<T>, begin: () => () => boolean): ByKey<T> => {
  const known = new Map<string, { readonly isFresh: () => boolean; readonly answer: Promise<T> }>();
  return (keyId) => {
    const last = known.get(keyId);
    if (last?.isFresh()) return last.answer;
    const answer = ask(keyId);
    known.set(keyId, { isFresh: begin(), answer });
    answer.catch(() => known.delete(keyId));
    return answer;
  };
};

/** KMS says that the key signs nothing now (developer guide, key states), or is none. A role that may not ask is told so otherwise. */
const isOutOfUse = ({ cause }: Error): boolean =>
  cause instanceof DisabledException || cause instanceof KMSInvalidStateException || cause instanceof NotFoundException;

const publicKey = async (client: KMSClient, keyId: string): Promise<PublishedKey> => {
  try {
    const { PublicKey } = await client.send(new GetPublicKeyCommand({ KeyId: keyId }));
    return publishedKey(Buffer.from(PublicKey ?? []));
  } catch (cause) {
    throw new HatcheckError(refuse('aws_unavailable', 'KMS did not give a public key'), { cause });
  }
};

/** @param spki DER, as KMS answers. @throws TypeError when it is no key of P-256. */
const publishedKey = (spki: Buffer): PublishedKey => {
  const { crv, x, y } = createPublicKey({ key: spki, format: 'der', type: 'spki' }).export({ format: 'jwk' });
  if (crv !== 'P-256' || x === undefined || y === undefined) throw new TypeError('not a key of P-256');
  const members = { crv, kty: 'EC', x, y } as const;
  // RFC 7638, 3: the members that a key needs, in the order of their names, nothing between them.
  const kid = createHash('sha256').update(JSON.stringify(members)).digest('base64url');
  return { ...members, kid, use: 'sig', alg: 'ES256' };
};
