import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { certain } from '../lib/domain/invariant.ts';
import { closeServer, listenOnLoopback } from './gateway/loopback.ts';
import type { LocalStack } from './template.ts';

const resourceSchema = z.object({ ServiceToken: z.string(), PolicyVersion: z.string() });

const answerSchema = z.object({
  Status: z.enum(['SUCCESS', 'FAILED']),
  Reason: z.string().optional(),
  PhysicalResourceId: z.string(),
});

/**
 * CloudFormation on a laptop, as far as a stack's own resource goes: calls the function that activates the access policy, and waits for its
 * answer. @throws Error when it fails or does not answer, as a deployment would.
 */
export const activatePolicy = async (
  template: LocalStack,
  invoke: (functionId: string, event: unknown) => Promise<unknown>,
): Promise<void> => {
  const resource = certain(template.resourcesOf('Custom::HatcheckPolicy')[0], 'the template activates the policy');
  const { ServiceToken, ...properties } = resourceSchema.parse(resource.properties);
  const called = Object.values(template.functions).find(({ arn }) => arn === ServiceToken);
  const answers: string[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      answers.push(body);
      response.end();
    });
  });
  const port = await listenOnLoopback(server, 0);
  try {
    await invoke(certain(called, 'the template has that function').id, {
      RequestType: 'Create',
      ResponseURL: `http://127.0.0.1:${port}/`,
      StackId: 'arn:aws:cloudformation:local',
      RequestId: randomUUID(),
      ResourceType: 'Custom::HatcheckPolicy',
      LogicalResourceId: resource.logicalId,
      ResourceProperties: { ServiceToken, ...properties },
    });
  } finally {
    await closeServer(server);
  }
  const { Status, Reason } = answerSchema.parse(JSON.parse(certain(answers[0], 'the function answers')));
  if (Status === 'FAILED') throw new Error(`the access policy was not activated: ${Reason ?? 'no reason given'}`);
};
