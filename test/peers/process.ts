import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { delimiter, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { closeServer, listenOnLoopback } from '../../local/gateway/loopback.ts';

export interface Peer {
  /** Ends the process and those that it started, by their own ids. */
  close(): Promise<void>;
}

export const isInstalled = (command: string): boolean =>
  (process.env['PATH'] ?? '').split(delimiter).some((folder) => existsSync(join(folder, command)));

export const freePort = async (): Promise<number> => {
  const server = createServer();
  const port = await listenOnLoopback(server, 0);
  await closeServer(server);
  return port;
};

/**
 * Starts a program of somebody else's and waits until `url` answers.
 *
 * @throws Error with the end of what it wrote when it ends before, or does not answer in `withinMs`
 */
export const startPeer = async (
  command: string,
  parameters: readonly string[],
  {
    url,
    env,
    withinMs,
  }: { readonly url: string; readonly env: Readonly<Record<string, string>>; readonly withinMs: number },
): Promise<Peer> => {
  // A group of its own: its workers end with it, and nothing else does.
  const child = spawn(command, parameters, {
    env: { ...process.env, ...env },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data: Buffer) => (said = `${said}${data.toString()}`.slice(-4000)));
  const end = Date.now() + withinMs;
  while (!(await answers(url))) {
    if (child.exitCode === null && Date.now() < end) await delay(200);
    else {
      await endGroup(child);
      throw new Error(`${command} does not answer at ${url}:\n${said}`);
    }
  }
  return { close: () => endGroup(child) };
};

const answers = async (url: string): Promise<boolean> => {
  try {
    const answer = await fetch(url);
    await answer.body?.cancel();
    return answer.status < 500;
  } catch {
    return false;
  }
};

const endGroup = async (child: ChildProcess): Promise<void> => {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  process.kill(-child.pid, 'SIGTERM');
  await ended;
};
