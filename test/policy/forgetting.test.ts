import { beforeAll, describe, expect, test } from '@jest/globals';
import * as z from 'zod';
import type { LocalStack } from '../../local/template.ts';
import { tablesAreTouchedByKeyOnly } from './laws.ts';
import { rowsOf } from './rows.ts';
import { type Compiled, changed, packaged, resolved, statement } from './template.ts';

const templateSchema = z.object({ Resources: z.record(z.string(), z.looseObject({ Type: z.string() })) });

let compiled: Compiled;
let stack: LocalStack;
beforeAll(async () => {
  compiled = await packaged();
  stack = resolved(compiled.template);
});

describe('forgetting a person', () => {
  test('is reached by no route, no queue, no stream and no schedule: only by whom IAM lets invoke it', () => {
    const { Resources } = templateSchema.parse(compiled.template);
    const touching = Object.entries(Resources).filter(([, resource]) =>
      JSON.stringify(resource).includes('OnForgetLambda'),
    );
    expect(Object.keys(Resources)).toContain('OnForgetLambdaFunction');
    expect(touching.map(([logicalId]) => logicalId)).toStrictEqual([]);
    // As it would be found of one that something calls.
    const ofSchedule = Object.entries(Resources).filter(([, one]) => JSON.stringify(one).includes('OnScheduleLambda'));
    expect(ofSchedule.map(([, { Type }]) => Type)).toContain('AWS::Lambda::Permission');
  });

  test('alone reads a table as a whole, and only the one of identities', () => {
    const scans = rowsOf(stack).filter(({ action, effect }) => effect === 'Allow' && action === 'dynamodb:Scan');
    expect(scans.map(({ functionId, resource }) => [functionId, resource])).toEqual([['on-forget', 'identity']]);
  });

  test('and would be found out if it read another', () => {
    const elsewhere = changed(
      compiled.template,
      statement('OnForgetRole', 'Sid=FindTraces', 'Resource'),
      stack.tables['LedgerTable']?.arn,
    );
    expect(tablesAreTouchedByKeyOnly(resolved(elsewhere), compiled.access)).toEqual(['on-forget dynamodb:Scan ledger']);
  });

  test('deletes nothing but identities, and writes nothing but that it did', () => {
    const rows = rowsOf(stack).filter(({ functionId, effect }) => functionId === 'on-forget' && effect === 'Allow');
    const writing = rows.filter(
      ({ action }) => /Put|Delete|Update|Write/.test(action) && action.startsWith('dynamodb'),
    );
    expect(writing.map(({ action, resource }) => `${action} ${resource}`)).toEqual([
      ...['dynamodb:PutItem ledger', 'dynamodb:DeleteItem identity'],
    ]);
    expect(writing[0]?.keys).toEqual(['person#*']);
  });
});
