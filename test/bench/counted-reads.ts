import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import * as z from 'zod/mini';

/** What one page or read asked of DynamoDB. */
export interface Reads {
  /** Commands by name, writes too. */
  readonly commands: Readonly<Record<string, number>>;
  /** Read units that DynamoDB says were consumed. */
  readonly units: number;
}

const READS: ReadonlySet<string> = new Set(['QueryCommand', 'GetItemCommand', 'BatchGetItemCommand', 'ScanCommand']);
const oneSchema = z.object({ CapacityUnits: z.optional(z.number()) });
const consumedSchema = z.object({ ConsumedCapacity: z.optional(z.union([oneSchema, z.array(oneSchema)])) });

/** Has DynamoDB count what this client asks for; what is given back does some work, and says what that took. One work at a time. */
export const counting = (client: DynamoDBClient) => {
  let [commands, units]: [Record<string, number>, number] = [{}, 0];
  client.middlewareStack.add(
    (next, { commandName = '' }) =>
      async (args) => {
        commands[commandName] = (commands[commandName] ?? 0) + 1;
        if (!READS.has(commandName)) return next(args);
        Object.assign(args.input, { ReturnConsumedCapacity: 'TOTAL' });
        const result = await next(args);
        const { ConsumedCapacity = [] } = consumedSchema.parse(result.output);
        for (const { CapacityUnits = 0 } of [ConsumedCapacity].flat()) units += CapacityUnits;
        return result;
      },
    { step: 'initialize', name: 'counted', override: true },
  );
  return async (work: () => Promise<unknown>): Promise<Reads> => {
    [commands, units] = [{}, 0];
    await work();
    // What is asked later is counted elsewhere.
    return { commands: { ...commands }, units };
  };
};
