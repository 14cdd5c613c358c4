import { globSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';

const sources = globSync('{lib,functions}/**/*.ts', { cwd: new URL('../../..', import.meta.url) }).map((path) => ({
  path,
  text: readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8'),
}));

const filesWith = (pattern: RegExp) => sources.filter(({ text }) => pattern.test(text)).map(({ path }) => path);

describe('who may write', () => {
  test('there are sources to look at', () => {
    expect(sources.length).toBeGreaterThan(50);
  });

  test('puts stand in one file for the ledger, one for people, and those that derive something for the index', () => {
    expect(filesWith(/\bPutItemCommand\b/).toSorted()).toEqual([
      'lib/aws/anomaly-marks.ts',
      'lib/aws/dues.ts',
      'lib/aws/export-positions.ts',
      'lib/aws/identity-item.ts',
      'lib/aws/ledger.ts',
      'lib/aws/log-places.ts',
      'lib/aws/search-index.ts',
      'lib/aws/summaries.ts',
    ]);
  });

  test("the ledger's put is conditional, and there is one", () => {
    const ledger = sources.find(({ path }) => path === 'lib/aws/ledger.ts')?.text ?? '';
    expect(ledger.match(/new PutItemCommand/g)).toHaveLength(1);
    expect(ledger).toMatch(/ConditionExpression: PLACE_IS_FREE/);
    expect(ledger).toMatch(/PLACE_IS_FREE = 'attribute_not_exists\(#stream\)'/);
  });

  test('the name of the ledger table is given to the ledger only', () => {
    for (const { text } of sources)
      expect(text.replace(/dynamoLedger\(\{ client, table: tables\.ledger \}\)/g, '')).not.toMatch(/tables\.ledger/);
  });

  test('nothing updates, and nothing writes in batches, transactions or PartiQL: those carry no condition, or hide it', () => {
    expect(
      filesWith(/\b(UpdateItem|BatchWriteItem|TransactWrite\w*|ExecuteStatement|ExecuteTransaction)Command\b/),
    ).toStrictEqual([]);
  });

  test('only sessions, their families, sign-ins under way, links of chat accounts and what is kept of somebody who is forgotten are deleted', () => {
    expect(filesWith(/\bDeleteItemCommand\b/).toSorted()).toEqual([
      'lib/aws/attempts.ts',
      'lib/aws/chat-links.ts',
      'lib/aws/personal-records.ts',
      'lib/aws/refresh-families.ts',
      'lib/aws/sessions.ts',
      'lib/aws/sign-ins.ts',
    ]);
  });
});
