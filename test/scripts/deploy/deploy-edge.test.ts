import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type Server, createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { closeServer, listenOnLoopback } from '../../../local/gateway/loopback.ts';
import { recordsToMake, targetsOfEdge } from '../../../scripts/deploy/deploy-edge.ts';
import { runIn } from '../../../scripts/deploy/serverless-command.ts';
import { STAGE_WITH_EDGE } from '../../policy/edge-template.ts';

const OUTPUTS = { DomainTarget: 'd111.cloudfront.net', IssuerDomainTarget: 'd222.cloudfront.net' };

/** CloudFormation API Reference, "DescribeStacks"; nothing is in the stack when the other question comes. */
const ANSWER = `<DescribeStacksResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><DescribeStacksResult><Stacks><member>
<StackName>hatcheck-edge-prod</StackName><StackStatus>UPDATE_COMPLETE</StackStatus><CreationTime>2026-11-22T10:00:00Z</CreationTime><Outputs>${Object.entries(
  OUTPUTS,
)
  .map(([key, value]) => `<member><OutputKey>${key}</OutputKey><OutputValue>${value}</OutputValue></member>`)
  .join('')}</Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>`;
const NOTHING = '<ListStackResourcesResponse><ListStackResourcesResult/></ListStackResourcesResponse>';

let cloudFormation: Server;
let port: number;
let folder: string;

beforeEach(async () => {
  cloudFormation = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request
      .on('data', (chunk: Buffer) => chunks.push(chunk))
      .on('end', () => {
        response.setHeader('content-type', 'text/xml');
        response.end(Buffer.concat(chunks).includes('Action=DescribeStacks&') ? ANSWER : NOTHING);
      });
  });
  port = await listenOnLoopback(cloudFormation, 0);
  folder = mkdtempSync(join(tmpdir(), 'hatcheck-deploy-edge-'));
  for (const part of ['serverless.edge.yml', 'serverless/edge']) cpSync(part, join(folder, part), { recursive: true });
  mkdirSync(join(folder, 'stages'));
  writeFileSync(join(folder, 'stages/prod.yml'), STAGE_WITH_EDGE);
});

afterEach(async () => {
  jest.restoreAllMocks();
  rmSync(folder, { recursive: true });
  await closeServer(cloudFormation);
});

test('where the edge answers is read off what serverless shows of its stack', async () => {
  jest.replaceProperty(process, 'env', {
    ...process.env,
    ...{ HOME: folder, AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE', AWS_SECRET_ACCESS_KEY: 'none' },
    AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
  });
  const ofApi = { domain: 'd-1.execute-api.eu-west-1.amazonaws.com', issuerDomain: undefined };
  const targets = await targetsOfEdge('prod', ofApi, runIn(folder));
  expect(targets).toEqual({ domain: OUTPUTS.DomainTarget, issuerDomain: OUTPUTS.IssuerDomainTarget });
  const settings = { domain: 'hatcheck.example.com', issuerDomain: 'issuer.example.com' };
  expect(recordsToMake(settings, targets).slice(1)).toEqual([
    '  hatcheck.example.com.  CNAME  d111.cloudfront.net.',
    '  issuer.example.com.  CNAME  d222.cloudfront.net.',
  ]);
});
