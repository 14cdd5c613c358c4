import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import type { FunctionResource } from '../../local/template.ts';
import { unzipped } from './unzip.ts';

const outcome = z.union([
  z.strictObject({ result: z.unknown() }),
  z.strictObject({ error: z.string() }),
  z.strictObject({ asked: z.array(z.string()) }),
]);

export interface Ran {
  /** What the handler returned, or the name of what it threw, event by event. */
  readonly outcomes: readonly ({ readonly result?: unknown } | { readonly error: string })[];
  /** The names of the hosts that it looked for. */
  readonly asked: readonly string[];
  readonly exitCode: number | null;
}

const ALONE = fileURLToPath(new URL('./alone.ts', import.meta.url));

/** What Lambda itself puts into every function's environment, as far as ours read it; the credentials are nobody's. */
const ofLambda = ({ functionName }: FunctionResource, region: string): Record<string, string> => ({
  AWS_REGION: region,
  AWS_LAMBDA_FUNCTION_NAME: functionName,
  AWS_ACCESS_KEY_ID: 'ASIAIOSFODNN7EXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'nobodys',
  AWS_SESSION_TOKEN: 'nobodys',
});

/** Unpacks what would be uploaded into a folder that has nothing else, and calls its handler there with each event. */
export const runAlone = async (
  archive: Buffer,
  resource: FunctionResource,
  { region, events }: { readonly region: string; readonly events: readonly unknown[] },
): Promise<Ran> => {
  const folder = await mkdtemp(join(tmpdir(), 'hatcheck-alone-'));
  try {
    for (const [name, content] of unzipped(archive)) {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), content);
    }
    return await called(folder, resource, { region, events });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

const called = async (
  folder: string,
  resource: FunctionResource,
  { region, events }: { readonly region: string; readonly events: readonly unknown[] },
): Promise<Ran> => {
  const [file, exported] = resource.handler.split('.');
  const child = spawn(process.execPath, [ALONE, join(folder, `${file ?? ''}.mjs`), exported ?? ''], {
    cwd: folder,
    env: { ...ofLambda(resource, region), ...resource.environment },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin.end(events.map((event) => `${JSON.stringify(event)}\n`).join(''));
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  const [said, complaints, exitCode] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  const lines = said
    .split('\n')
    .filter((line) => line.startsWith('@'))
    .map((line) => outcome.parse(JSON.parse(line.slice(1))));
  if (exitCode !== 0) throw new Error(`${resource.id} ended with ${String(exitCode)}: ${complaints}`);
  return {
    outcomes: lines.flatMap((line) => ('asked' in line ? [] : [line])),
    asked: lines.flatMap((line) => ('asked' in line ? line.asked : [])),
    exitCode,
  };
};
