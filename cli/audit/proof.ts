import { writeFile } from 'node:fs/promises';
import * as z from 'zod/mini';
import { Failure } from '../failure.ts';
import { counted, note } from '../print.ts';
import type { Place } from '../sign-in.ts';
import { askAs } from './ask.ts';
import { keysIn, publicKeyIn } from './trusted.ts';
import { signedSchema } from './verdict-answer.ts';

const { ProofError, checkProof, proofFile, proofOf } = await import('../../lib/broker/log/proof-file.ts');

type Proof = ReturnType<typeof proofOf>;

export interface ProofOptions {
  readonly out?: string;
  readonly key?: readonly string[];
}

const answerSchema = z.looseObject({
  ok: z.boolean(),
  waiting: z.optional(z.int()),
  next: z.optional(z.int()),
  checkpoint: z.optional(signedSchema),
  keys: z.array(z.looseObject({ pem: z.string() })),
  proofs: z.array(
    z.object({ stream: z.string(), seq: z.int(), index: z.int(), canonical: z.string(), path: z.array(z.string()) }),
  ),
});

/**
 * Writes what proves each event of a request, or of a stream, to whoever has the public key; checked here first.
 * @throws Failure 1 when the stream is not as it was written, no checkpoint covers it yet, or what the server gives proves nothing; 2, 3, 4
 */
export const prove = async (place: Place, id: string, { out, key = [] }: ProofOptions): Promise<void> => {
  const stream = id.includes('#') || id === 'control' ? id : `request#${id}`;
  const own = await keysIn(key);
  const proofs: Proof[] = [];
  let waiting = 0;
  for (let from: number | undefined = 0; from !== undefined;) {
    const query = new URLSearchParams({ stream, from: String(from), proofs: 'true' });
    const answer: z.infer<typeof answerSchema> = await askAs(place, answerSchema, `/v1/audit/verify?${query}`);
    if (!answer.ok)
      throw new Failure(1, `${stream} is not as it was written`, {
        next: `run: hatcheck audit verify --stream '${stream}'`,
      });
    const { checkpoint, keys } = answer;
    const trusted = own.length > 0 ? own : keys.map(({ pem }) => publicKeyIn(pem, place.server));
    for (const proof of checkpoint ? answer.proofs.map((each) => proofOf(each, checkpoint)) : []) {
      checked(proof, trusted, place.server);
      proofs.push(proof);
    }
    waiting += answer.waiting ?? 0;
    from = answer.next;
  }
  if (proofs.length === 0)
    throw new Failure(1, 'no checkpoint covers any of it yet', {
      next: 'one is signed every five minutes: try again then',
    });
  if (waiting > 0) note(`${counted(waiting, 'event')} more that no checkpoint covers yet`);
  if (out === undefined) process.stdout.write(proofFile(proofs));
  else await writeFile(out, proofFile(proofs), { flag: 'wx' }).catch(unlessThere(out));
};

const checked = (proof: Proof, keys: Parameters<typeof checkProof>[1], server: string): void => {
  try {
    checkProof(proof, keys);
  } catch (cause) {
    if (!(cause instanceof ProofError)) throw cause;
    throw new Failure(1, `what ${server} gives as a proof is none: ${cause.fault}`, { cause });
  }
};

const unlessThere = (out: string) => (cause: unknown) => {
  throw new Failure(2, `${out} cannot be written, or is there already`, { cause });
};
