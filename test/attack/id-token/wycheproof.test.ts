import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import * as z from 'zod/mini';
import { type Algorithm, verifySignature } from '../../../lib/identity/algorithms.ts';
import { AssertionRefused } from '../../../lib/identity/assertion-refused.ts';
import { pickKey, usableKeys } from '../../../lib/identity/jwk.ts';
import { readToken } from '../../../lib/identity/jwt-shape.ts';
import { tally } from '../tally.ts';

const folder = join(process.env['HATCHECK_VECTORS'] ?? '../shared/vectors', 'wycheproof');
const maybe = existsSync(folder) ? describe : describe.skip;

const ALGORITHMS: readonly Algorithm[] = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
];

const jwk = z.record(z.string(), z.unknown());
const file = z.object({
  testGroups: z.array(
    z.object({
      private: jwk,
      public: z.optional(jwk),
      tests: z.array(
        z.object({ tcId: z.number(), jws: z.optional(z.unknown()), result: z.enum(['valid', 'invalid']) }),
      ),
    }),
  ),
});

type Outcome = 'accepted' | AssertionRefused['fault'];

const outcomeOf = (jws: string, key: Record<string, unknown>): Outcome => tally(jws, verdict(jws, key));

const verdict = (jws: string, key: Record<string, unknown>): Outcome => {
  try {
    const token = readToken(jws, ALGORITHMS);
    const picked = pickKey(usableKeys('keys' in key ? key : { keys: [key] }), token);
    return verifySignature(token.algorithm, picked, token.signingInput, token.signature) ? 'accepted' : 'signature';
  } catch (error) {
    if (error instanceof AssertionRefused) return error.fault;
    throw error;
  }
};

/** A JSON serialisation is handed in as the text that it would be on the way to us. */
const textOf = (jws: unknown): string => (typeof jws === 'string' ? jws : JSON.stringify(jws));

/** Read when a test asks: the bodies of skipped describes run too. */
const run = (name: string) =>
  file.parse(JSON.parse(readFileSync(join(folder, `json_web_${name}_test.json`), 'utf8'))).testGroups.flatMap((group) =>
    group.tests
      .filter(({ jws }) => jws !== undefined)
      .map(({ tcId, jws, result }) => ({
        tcId,
        result,
        outcome: outcomeOf(textOf(jws), group.public ?? group.private),
      })),
  );

const ids = (cases: ReturnType<typeof run>, wanted: (one: ReturnType<typeof run>[number]) => boolean): number[] =>
  cases.filter(wanted).map(({ tcId }) => tcId);

const isAccepted = ({ outcome }: { outcome: Outcome }): boolean => outcome === 'accepted';

/** Which of the valid ones we refuse, by why. Anything else here would be a provider that could not sign in. */
const strictness = (cases: ReturnType<typeof run>) =>
  Object.groupBy(
    cases.filter((one) => one.result === 'valid' && !isAccepted(one)),
    ({ outcome }) => outcome,
  );

maybe('Wycheproof', () => {
  describe('signatures: 355 invalid, 46 valid', () => {
    const cases = () => run('signature');

    test('no invalid one is accepted', () => {
      expect(cases().filter(({ result }) => result === 'invalid')).toHaveLength(355);
      expect(ids(cases(), (one) => one.result === 'invalid' && isAccepted(one))).toStrictEqual([]);
    });

    test('367 and 370, which are byte for byte the valid 357, are refused as it is: for HMAC', () => {
      expect(
        cases()
          .filter(({ tcId }) => [357, 367, 370].includes(tcId))
          .map(({ outcome }) => outcome),
      ).toEqual(['algorithm', 'algorithm', 'algorithm']);
    });

    test('white space, padding and unused bits in a part are refused for the form', () => {
      const spelling = [360, 365, 368, 372, 373, 375];
      expect(ids(cases(), ({ outcome, tcId }) => outcome === 'malformed' && spelling.includes(tcId))).toEqual(spelling);
    });

    test('the valid ones that are refused are HMAC, an empty payload, and keys published for another algorithm', () => {
      const { algorithm, malformed, key, ...others } = strictness(cases());
      expect(algorithm?.map(({ tcId }) => tcId)).toEqual([1, 348, 352, 357, 358, 359, 376, 377]);
      expect(malformed?.map(({ tcId }) => tcId)).toEqual([259, 264, 268, 272, 320, 325, 372, 373]);
      expect(key?.map(({ tcId }) => tcId)).toEqual([346, 347, 350, 351]);
      expect(others).toEqual({});
    });
  });

  describe('keys: 21 invalid, 5 valid', () => {
    const cases = () => run('key');

    test('no invalid one is accepted but ROCA, which only a look at the prime numbers shows', () => {
      expect(cases().filter(({ result }) => result === 'invalid')).toHaveLength(21);
      expect(ids(cases(), (one) => one.result === 'invalid' && isAccepted(one))).toEqual([7]);
    });

    test('the valid ones that are refused are HMAC', () => {
      expect(Object.keys(strictness(cases()))).toEqual(['algorithm']);
    });
  });

  test('mixed: no invalid signature is accepted but under the ROCA key', () => {
    expect(ids(run('crypto'), (one) => one.result === 'invalid' && isAccepted(one))).toEqual([46]);
  });
});
