import { describe, expect, test } from '@jest/globals';
import { readTemplate } from '../../../local/template.ts';
import { resolve } from '../../../local/template/resolve.ts';
import { templateSchema } from '../../../local/template/shape.ts';
import type { Settings } from '../../../local/template/shape.ts';

const base: Settings = { accountId: '111122223333', region: 'cn-north-1', partition: 'aws-cn', stackName: 'hatcheck' };

const template = {
  Parameters: { Stage: { Default: 'dev' }, Domain: {} },
  Conditions: {
    HasDomain: { 'Fn::Not': [{ 'Fn::Equals': [{ Ref: 'Domain' }, ''] }] },
    IsDev: { 'Fn::Equals': [{ Ref: 'Stage' }, 'dev'] },
    Both: { 'Fn::And': [{ Condition: 'HasDomain' }, { Condition: 'IsDev' }] },
    Either: { 'Fn::Or': [{ Condition: 'HasDomain' }, { Condition: 'IsDev' }] },
  },
  Resources: {
    Key: { Type: 'AWS::KMS::Key' },
    Queue: { Type: 'AWS::SQS::Queue', Properties: { QueueName: { 'Fn::Sub': '${Stage}-revocations.fifo' } } },
    Bucket: { Type: 'AWS::S3::Bucket' },
    Strange: { Type: 'AWS::New::Thing' },
  },
};

const value = (given: unknown, over: Partial<Settings> = {}): unknown =>
  resolve(given, 'here', { template: templateSchema.parse(template), settings: { ...base, ...over } });

const withDomain = { parameters: { Domain: 'example.com' } };
const withoutDomain = { parameters: { Domain: '' } };

describe('intrinsic functions', () => {
  test.each([
    [{ Ref: 'AWS::AccountId' }, '111122223333'],
    [{ Ref: 'AWS::URLSuffix' }, 'amazonaws.com.cn'],
    [{ Ref: 'Stage' }, 'dev'],
    [{ Ref: 'Queue' }, 'https://sqs.cn-north-1.amazonaws.com.cn/111122223333/dev-revocations.fifo'],
    [{ Ref: 'Bucket' }, 'hatcheck-bucket'],
    [{ 'Fn::GetAtt': ['Bucket', 'Arn'] }, 'arn:aws-cn:s3:::hatcheck-bucket'],
    [{ 'Fn::GetAtt': 'Queue.Arn' }, 'arn:aws-cn:sqs:cn-north-1:111122223333:dev-revocations.fifo'],
    [{ 'Fn::Sub': '${!Literal}/${Stage}/${Queue.QueueName}' }, '${Literal}/dev/dev-revocations.fifo'],
    [{ 'Fn::Sub': ['${a}-${Stage}', { a: { Ref: 'AWS::Region' } }] }, 'cn-north-1-dev'],
    [{ 'Fn::Join': ['/', ['a', { Ref: 'Stage' }]] }, 'a/dev'],
    [{ 'Fn::Select': [1, { 'Fn::Split': ['.', 'a.b.c'] }] }, 'b'],
    [{ 'Fn::If': ['IsDev', 'yes', 'no'] }, 'yes'],
    [{ a: [{ Ref: 'AWS::NoValue' }, 1], b: { Ref: 'AWS::NoValue' } }, { a: [1] }],
    [{ nested: { Ref: 'Stage', other: 1 } }, { nested: { Ref: 'Stage', other: 1 } }],
  ])('%j', (given, expected) => {
    expect(value(given)).toEqual(expected);
  });

  test.each([
    ['Both', withDomain, true],
    ['Both', withoutDomain, false],
    ['Either', withoutDomain, true],
    ['Either', { parameters: { Domain: '', Stage: 'prod' } }, false],
  ])('the condition %s with %j is %j', (name, over, expected) => {
    expect(value({ 'Fn::If': [name, true, false] }, over)).toBe(expected);
  });

  test('a key keeps its id from one start to the next', () => {
    expect(value({ Ref: 'Key' })).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(value({ Ref: 'Key' })).toBe(value({ Ref: 'Key' }));
  });

  test('overrides win over what would be made up', () => {
    const overrides = { 'Strange.Endpoint': 'http://127.0.0.1:1', '{{resolve:ssm:/a}}': 'secret', Bucket: 'mine' };
    expect(value({ 'Fn::GetAtt': ['Strange', 'Endpoint'] }, { overrides })).toBe('http://127.0.0.1:1');
    expect(value('{{resolve:ssm:/a}}', { overrides })).toBe('secret');
    expect(value({ Ref: 'Bucket' }, { overrides })).toBe('mine');
  });
});

describe('what is not known is refused, with its place', () => {
  test.each([
    { 'Fn::ImportValue': 'x' },
    { 'Fn::FindInMap': ['a', 'b', 'c'] },
    { Ref: 'Nobody' },
    { Ref: 'Domain' },
    { Ref: 'Strange' },
    { 'Fn::GetAtt': ['Strange', 'Endpoint'] },
    { 'Fn::GetAtt': ['Nobody', 'Arn'] },
    { 'Fn::If': ['Nobody', 1, 2] },
    { 'Fn::Join': ['/', 'not a list'] },
    { 'Fn::Select': [3, ['a']] },
    { deep: ['{{resolve:ssm:/hatcheck/pepper}}'] },
  ])('%j', (given) => {
    expect(() => value(given)).toThrow(/^here/);
  });
});

describe('a template that cannot run as it would be deployed is refused', () => {
  const role = { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: {} } };
  const lambda = (handler: string) => ({
    Type: 'AWS::Lambda::Function',
    Properties: { Handler: handler, FunctionName: handler, Role: { 'Fn::GetAtt': ['Role', 'Arn'] } },
  });
  const read = (Resources: Record<string, unknown>) => () => readTemplate({ Resources }, base, '/srv');

  test('the smallest sound one is not', () => {
    expect(read({ Role: role, F: lambda('dist/a.handler') })().functions['a']?.timeoutSeconds).toBe(3);
  });

  test.each([
    [
      'a role from elsewhere',
      {
        F: {
          ...lambda('dist/a.handler'),
          Properties: { Handler: 'dist/a.handler', FunctionName: 'a', Role: 'arn:aws:iam::111122223333:role/x' },
        },
      },
    ],
    ['two functions with one bundle name', { Role: role, F: lambda('dist/a.handler'), G: lambda('other/a.handler') }],
    [
      'a route without its integration',
      { R: { Type: 'AWS::ApiGatewayV2::Route', Properties: { RouteKey: '$default', Target: 'integrations/x' } } },
    ],
    [
      'a table with provisioned capacity',
      {
        T: {
          Type: 'AWS::DynamoDB::Table',
          Properties: { BillingMode: 'PROVISIONED', KeySchema: [], AttributeDefinitions: [] },
        },
      },
    ],
    ['a resource without a type', { X: {} }],
  ])('%s', (_name, resources) => {
    expect(read(resources)).toThrow();
  });

  test('a resource whose condition does not hold is left out', () => {
    const Resources = { Role: role, Off: { ...role, Condition: 'Never' } };
    const { roles } = readTemplate({ Resources, Conditions: { Never: { 'Fn::Equals': ['a', 'b'] } } }, base, '/srv');
    expect(Object.keys(roles)).toEqual(['Role']);
  });

  test('policies of separate resources are added to the roles they name', () => {
    const Properties = { PolicyName: 'extra', PolicyDocument: { Statement: [] }, Roles: [{ Ref: 'Role' }] };
    const { roles } = readTemplate(
      { Resources: { Role: role, P: { Type: 'AWS::IAM::Policy', Properties } } },
      base,
      '/srv',
    );
    expect(roles['Role']?.policies).toEqual([{ name: 'extra', document: { Statement: [] } }]);
  });
});
