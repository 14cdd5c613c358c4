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

export interface TemplateQueue {
  readonly url: string;
  readonly arn: string;
}

/** The queue of that logical id or ARN. Throws an Error where there is none. */
export const queueOf = ({ resourcesOf }: Pick<LocalStack, 'resourcesOf'>, named: string): TemplateQueue => {
  const queue = resourcesOf('AWS::SQS::Queue').find((one) => one.logicalId === named || one.attribute('Arn') === named);
  if (!queue) throw new Error(`the template has no queue ${named}`);
  return { url: queue.ref(), arn: queue.attribute('Arn') };
};
