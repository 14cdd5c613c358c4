import { describe, expect, test } from '@jest/globals';
import { checkTemplate } from '../../../scripts/deploy/check-template.ts';

const role = (...resources: readonly unknown[]) => ({
  Type: 'AWS::IAM::Role',
  Properties: {
    Policies: [{ PolicyDocument: { Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Resource: resources }] } }],
  },
});

const template = (resources: Readonly<Record<string, object>>): string => JSON.stringify({ Resources: resources });

const lent = (accounts: number) =>
  Array.from({ length: accounts }, (_, at) => `arn:aws:iam::${String(111_122_223_333 + at)}:role/hatcheck/*`);

const queue = { Type: 'AWS::SQS::Queue' };

describe('a template', () => {
  test('of a size that AWS takes is in order', () => {
    expect(checkTemplate(template({ CredentialsRole: role(...lent(200)), Queue: queue }))).toStrictEqual([]);
  });

  test('whose role names more accounts than fit into its policies is not', () => {
    const [found, ...more] = checkTemplate(template({ CredentialsRole: role(...lent(250)) }));
    expect([found?.weight, found?.what, more]).toEqual(['stops', expect.stringContaining('CredentialsRole'), []]);
  });

  test('counts what CloudFormation fills in by its text, and not by how it is written', () => {
    const sub = (text: string) => ({ 'Fn::Sub': text });
    const fits = 'x'.repeat(10_150);
    expect(checkTemplate(template({ Role: role(fits) }))).toStrictEqual([]);
    expect(checkTemplate(template({ Role: role(sub(fits)) }))).toStrictEqual([]);
    expect(checkTemplate(template({ Role: role(sub('x'.repeat(10_240))) }))).toHaveLength(1);
  });

  test('of more than 500 resources, or of more than a megabyte, is not', () => {
    const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, at) => [`Queue${at}`, queue]));
    expect(checkTemplate(template(many(500)))).toStrictEqual([]);
    expect(checkTemplate(template(many(501)))).toHaveLength(1);
    expect(checkTemplate(template({ Queue: { ...queue, Properties: { Name: 'x'.repeat(1_000_000) } } }))).toHaveLength(
      1,
    );
  });

  test('without a role’s policies has none that are too long', () => {
    expect(checkTemplate(template({ Role: { Type: 'AWS::IAM::Role' } }))).toStrictEqual([]);
  });
});
