/** DynamoDB and STS on loopback, in a process of its own, so that what it costs is not counted; the same answers to both programs. */
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import * as z from 'zod/mini';
import type { Answers, FromStub, SdkCall, ToStub } from './calls.ts';

const keyed = z.object({
  Key: z.optional(z.object({ pk: z.exactOptional(z.object({ S: z.string() })) })),
  ExpressionAttributeValues: z.optional(z.object({ ':stream': z.object({ S: z.string() }) })),
});

let answers: Answers = {};
let calls: SdkCall[] = [];

const answerTo = (call: SdkCall): string => {
  if (call.service === 'sts') return sessionXml();
  const { Key, ExpressionAttributeValues: values } = keyed.parse(JSON.parse(call.body));
  return answers[`${call.operation} ${Key?.pk?.S ?? values?.[':stream'].S ?? ''}`] ?? '{}';
};

/** As long as STS's are. */
const sessionXml = (): string => {
  const expiration = new Date(Date.now() + 3_600_000).toISOString();
  const user = '<AssumedRoleId>AROAEXAMPLE:e</AssumedRoleId><Arn>arn:aws:sts::111122223333:assumed-role/Admin/e</Arn>';
  const credentials = `<AccessKeyId>ASIAEXAMPLEEXAMPLE00</AccessKeyId><SecretAccessKey>${'s'.repeat(40)}</SecretAccessKey><SessionToken>${'t'.repeat(900)}</SessionToken><Expiration>${expiration}</Expiration>`;
  const result = `<AssumedRoleUser>${user}</AssumedRoleUser><PackedPolicySize>42</PackedPolicySize><Credentials>${credentials}</Credentials>`;
  return `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult>${result}</AssumeRoleResult></AssumeRoleResponse>`;
};

const server = createServer((request, response) => {
  void text(request).then((body) => {
    const operation = String(request.headers['x-amz-target'] ?? '').split('.')[1];
    const call: SdkCall = operation ? { service: 'dynamodb', operation, body } : { service: 'sts', body };
    calls.push(call);
    response.setHeader('content-type', operation ? 'application/x-amz-json-1.0' : 'text/xml');
    response.end(answerTo(call));
  });
});
// A connection that ended between two rounds would be made anew in the next.
server.keepAliveTimeout = 600_000;

const say = (said: FromStub): void => {
  process.send?.(said);
};

process.on('message', (told: ToStub) => {
  if ('answers' in told) answers = told.answers;
  else say({ calls });
  calls = [];
});
process.on('disconnect', () => process.exit());

server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('a TCP server has a port');
  say({ endpoint: `http://127.0.0.1:${address.port}` });
});
