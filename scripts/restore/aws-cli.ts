import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as z from 'zod';
import { Failure, oneLine } from '../../cli/failure.ts';
import type { Lambda } from './fence.ts';

const run = promisify(execFile);

export interface AwsCli {
  /** What it prints. @throws Failure 2 where it is not installed, 4 where AWS says no; `code` is AWS's own */
  (args: readonly string[]): Promise<string>;
}

export interface AwsCliOptions {
  readonly region: string;
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Only where something stands in for AWS: by the service's name. */
  readonly endpointOf?: (service: string) => string;
}

/** The AWS CLI, with whatever credentials it has here, in a region. */
export const awsCli =
  ({ region, environment = process.env, endpointOf }: AwsCliOptions): AwsCli =>
  async (args) => {
    try {
      const env = { ...environment, AWS_REGION: region, AWS_DEFAULT_REGION: region, AWS_PAGER: '' };
      const elsewhere = endpointOf ? ['--endpoint-url', endpointOf(args[0] ?? '')] : [];
      const words = [...args, '--output', 'json', ...elsewhere];
      const { stdout } = await run('aws', words, { env, maxBuffer: 64 * 1024 * 1024 });
      return stdout;
    } catch (error) {
      const said = typeof error === 'object' && error !== null && 'stderr' in error ? String(error.stderr).trim() : '';
      const code = /\((\w+)\)/.exec(said)?.[1];
      const what = said === '' ? 'there is no aws command' : oneLine(said);
      throw new Failure(said === '' ? 2 : 4, `aws ${args.slice(0, 2).join(' ')}: ${what}`, code ? { code } : {});
    }
  };

const reservedSchema = z.object({ ReservedConcurrentExecutions: z.number().optional() });
const invokedSchema = z.object({ FunctionError: z.string().optional() });

export const awsLambda = (aws: AwsCli): Lambda => ({
  reservedOf: async (name) => {
    try {
      const text = await aws(['lambda', 'get-function-concurrency', '--function-name', name]);
      // It prints nothing where nothing is reserved.
      return reservedSchema.parse(text.trim() === '' ? {} : JSON.parse(text)).ReservedConcurrentExecutions ?? 'shared';
    } catch (error) {
      if (error instanceof Failure && error.code === 'ResourceNotFoundException') return undefined;
      throw error;
    }
  },

  reserve: async (name, calls) => {
    const of = ['--function-name', name];
    if (calls === 'shared') await aws(['lambda', 'delete-function-concurrency', ...of]);
    else await aws(['lambda', 'put-function-concurrency', ...of, '--reserved-concurrent-executions', String(calls)]);
  },

  invoke: async (name, payload) => {
    const folder = await mkdtemp(join(tmpdir(), 'hatcheck-invoke-'));
    try {
      const file = join(folder, 'answer.json');
      const json = ['--cli-binary-format', 'raw-in-base64-out', '--payload', JSON.stringify(payload)];
      // A function takes up to 15 minutes.
      const text = await aws(['lambda', 'invoke', '--function-name', name, '--cli-read-timeout', '900', ...json, file]);
      if (invokedSchema.parse(JSON.parse(text)).FunctionError !== undefined)
        throw new Failure(4, `${name} failed: ${oneLine(await readFile(file, 'utf8'))}`);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
});
