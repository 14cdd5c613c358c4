import { readFile } from 'node:fs/promises';
import type { EventProof, ProofFault, ProvedEvent } from '../../lib/broker/log/proof-file.ts';
import { Failure } from '../failure.ts';
import { counted, green, red, say, sayJson } from '../print.ts';
import { keysIn } from './trusted.ts';

const { ProofError, checkProof, proofsIn } = await import('../../lib/broker/log/proof-file.ts');

export interface CheckOptions {
  readonly key: readonly string[];
  readonly json?: boolean;
}

const FAULTS: Readonly<Record<ProofFault, string>> = {
  form: 'it is no proof',
  event: 'the event is not what its hash or its place says',
  path: 'it does not lead to the root that was signed',
  text: 'the checkpoint is none',
  key: 'the checkpoint says that it was signed by a key that was not given',
  signature: 'the key did not sign this checkpoint',
};

/** @returns the exit code: 1 when one of them proves nothing. @throws Failure 2 for what is no proof file, or no key */
export const check = async (file: string, { key, json }: CheckOptions): Promise<0 | 1> => {
  const keys = await keysIn(key);
  const results = proofsOf(file, await readFile(file, 'utf8')).map((proof) => ({
    proof,
    result: resultOf(() => checkProof(proof, keys)),
  }));
  const ok = results.every(({ result }) => typeof result !== 'string');
  if (json) sayJson({ ok, events: results.map(({ proof, result }) => inJson(proof, result)) });
  else {
    for (const { proof, result } of results) say(inWords(proof, result));
    const proved = results.filter(({ result }) => typeof result !== 'string').length;
    say(
      `${ok ? green('ok') : red('not proved')}: ${proved} of ${counted(results.length, 'event')} (docs/audit.md says what that proves)`,
    );
  }
  return ok ? 0 : 1;
};

const proofsOf = (file: string, text: string): readonly EventProof[] => {
  try {
    return proofsIn(text);
  } catch (cause) {
    if (!(cause instanceof ProofError)) throw cause;
    throw new Failure(2, `${file} is no proof as \`hatcheck audit proof\` writes it`, { cause });
  }
};

const resultOf = (prove: () => ProvedEvent): ProvedEvent | ProofFault => {
  try {
    return prove();
  } catch (error) {
    if (error instanceof ProofError) return error.fault;
    throw error;
  }
};

const inJson = ({ event: { stream, seq } }: EventProof, result: ProvedEvent | ProofFault): object =>
  typeof result === 'string' ? { stream, seq, fault: result } : result;

const inWords = ({ event: { stream, seq } }: EventProof, result: ProvedEvent | ProofFault): string =>
  typeof result === 'string'
    ? `${red('no')}  ${stream}, seq ${seq}: ${FAULTS[result]}`
    : `${green('yes')} ${stream}, seq ${seq}, of ${result.at}: index ${result.index} of the log of ${result.checkpoint.log}, by its checkpoint of ${result.checkpoint.at}`;
