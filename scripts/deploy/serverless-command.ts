import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

export interface Ran {
  readonly code: number;
  /** Empty where it was shown instead. */
  readonly stdout: string;
}

/** Runs one of our own commands with this Node; `show`: its output goes where ours goes. */
export type Run = (args: readonly string[], output: 'show' | 'read') => Promise<Ran>;

/** In `folder`, with the environment of whoever runs it: their AWS credentials are in it. */
export const runIn =
  (folder: string): Run =>
  (args, output) =>
    new Promise((resolve, reject) => {
      const child = spawn(process.execPath, args, {
        cwd: folder,
        env: { ...process.env, SLS_TELEMETRY_DISABLED: '1', SLS_NOTIFICATIONS_MODE: 'off' },
        stdio: ['ignore', output === 'show' ? 'inherit' : 'pipe', 'inherit'],
      });
      const said: Buffer[] = [];
      child.stdout?.on('data', (chunk: Buffer) => said.push(chunk));
      child.on('error', reject);
      child.on('close', (code) => {
        resolve({ code: code ?? 1, stdout: Buffer.concat(said).toString() });
      });
    });

/** The arguments by which Node runs serverless for a stage. */
export const serverless = (
  command: readonly string[],
  { stage, region }: { readonly stage: string; readonly region: string },
): readonly string[] => {
  const manifest = createRequire(import.meta.url).resolve('serverless/package.json');
  return [join(dirname(manifest), 'bin', 'serverless.js'), ...command, '--stage', stage, '--region', region];
};
