import * as z from 'zod';
import type { QueueSettings } from './aws/sqs/queue.ts';
import type { LocalStack } from './template.ts';

/** CloudFormation reference, AWS::SQS::Queue; what is not named here changes nothing on a laptop. */
const properties = z.object({
  FifoQueue: z.boolean().default(false),
  VisibilityTimeout: z.int().default(30),
  RedrivePolicy: z.object({ deadLetterTargetArn: z.string(), maxReceiveCount: z.int().min(1) }).optional(),
});

const nameOf = (arn: string): string => arn.slice(arn.lastIndexOf(':') + 1);

/** The queues of the template. Throws a ZodError where a property is not of its form. */
export const queuesOf = ({ resourcesOf }: Pick<LocalStack, 'resourcesOf'>): readonly QueueSettings[] =>
  resourcesOf('AWS::SQS::Queue').map((queue) => {
    const { FifoQueue, VisibilityTimeout, RedrivePolicy } = properties.parse(queue.properties);
    return {
      name: nameOf(queue.attribute('Arn')),
      fifo: FifoQueue,
      visibilitySeconds: VisibilityTimeout,
      ...(RedrivePolicy && {
        redrive: { to: nameOf(RedrivePolicy.deadLetterTargetArn), maxReceives: RedrivePolicy.maxReceiveCount },
      }),
    };
  });

/** The one that notices are put on. */
export const noticesQueue = ({ resourcesOf }: Pick<LocalStack, 'resourcesOf'>): { url: string; arn: string } => {
  const queue = resourcesOf('AWS::SQS::Queue').find(({ logicalId }) => logicalId === 'Notices');
  if (!queue) throw new Error('the template has no queue Notices');
  return { url: queue.ref(), arn: queue.attribute('Arn') };
};
