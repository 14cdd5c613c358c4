import { parseDocument } from 'yaml';
import * as z from 'zod';

export interface DeployedFunction {
  readonly name: string;
  readonly timeoutSeconds: number;
}

const schema = z.object({
  provider: z.object({ timeout: z.number() }),
  functions: z.record(z.string(), z.object({ name: z.string().optional(), timeout: z.number().optional() })),
});

/** Every function that serverless.yml deploys for a stage, in the order in which it is safe to open them: what derives, who asks, who gives out. */
export const functionsOf = (serverlessYml: string, stage: string): readonly DeployedFunction[] => {
  const found: unknown = parseDocument(serverlessYml, { logLevel: 'silent' }).toJS();
  const { provider, functions } = schema.parse(found);
  return Object.entries(functions)
    .map(([id, { name = `hatcheck-${stage}-${id}`, timeout }]) => ({
      name: name.replace('${sls:stage}', stage),
      timeoutSeconds: timeout ?? provider.timeout,
    }))
    .toSorted((a, b) => turnOf(a.name) - turnOf(b.name));
};

const turnOf = (name: string): number => (name.endsWith('-credentials') ? 2 : name.includes('-on-') ? 0 : 1);

/** What serverless/concurrency.yml and serverless.yml reserve for a function, which shutting takes away. */
export const reservedFor = (name: string, reserved: number): number | 'shared' => {
  if (reserved === 0) return 'shared';
  if (name.endsWith('-on-sequence')) return 1;
  return name.endsWith('-requests') || name.endsWith('-credentials') ? reserved : 'shared';
};
