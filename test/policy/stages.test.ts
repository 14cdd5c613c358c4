import { beforeAll, expect, test } from '@jest/globals';
import * as z from 'zod';
import { checkTemplate } from '../../scripts/deploy/check-template.ts';
import { compiledStage } from './stage-template.ts';
import { packaged } from './template.ts';

const TOPIC = 'arn:aws:sns:eu-west-1:777788889999:on-call';

let text: string;
let resources: Readonly<Record<string, unknown>>;

beforeAll(async () => {
  text = await compiledStage(
    `origin: https://hatcheck.example.com\ntokenKey: B\npepper: /elsewhere/pepper\nalarmActions: ['${TOPIC}']\nreserved: 20\n`,
  );
  const template: unknown = JSON.parse(text);
  resources = z.object({ Resources: z.record(z.string(), z.unknown()) }).parse(template).Resources;
});

test('what a stage’s file says is deployed, and the rest as it is for every stage', () => {
  expect(resources).toMatchObject({
    CredentialsLambdaFunction: {
      Properties: {
        Environment: {
          Variables: {
            HATCHECK_ORIGIN: 'https://hatcheck.example.com',
            HATCHECK_ISSUER: { 'Fn::If': ['IssuerDomainIsOurs', 'https://', 'https://hatcheck.example.com'] },
            HATCHECK_TOKEN_KEY: { 'Fn::GetAtt': ['IssuerKeyB', 'Arn'] },
            HATCHECK_SAML_KEY: { 'Fn::GetAtt': ['SamlKeyA', 'Arn'] },
          },
        },
      },
    },
    SigninLambdaFunction: { Properties: { Environment: { Variables: { HATCHECK_PEPPER: 'ssm:/elsewhere/pepper' } } } },
    RequestsLambdaFunction: {
      Properties: { ReservedConcurrentExecutions: { 'Fn::If': ['ConcurrencyIsReserved', 20, {}] } },
    },
    LedgerAlteredAlarm: { Properties: { AlarmActions: [TOPIC] } },
  });
});

test('where a stage reserves concurrency it is reserved, and only there', async () => {
  const conditionIn = (template: unknown) =>
    z.object({ Conditions: z.object({ ConcurrencyIsReserved: z.unknown() }) }).parse(template).Conditions
      .ConcurrencyIsReserved;
  expect(conditionIn(JSON.parse(text))).toEqual({ 'Fn::Not': [{ 'Fn::Equals': ['20 calls', '0 calls'] }] });
  expect(conditionIn((await packaged()).template)).toEqual({ 'Fn::Not': [{ 'Fn::Equals': ['0 calls', '0 calls'] }] });
});

test('it is of a size that AWS takes', () => {
  expect(checkTemplate(text)).toStrictEqual([]);
});
