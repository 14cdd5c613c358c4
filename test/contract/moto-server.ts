import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';

export interface MotoServer {
  readonly endpoint: string;
  readonly close: () => Promise<void>;
}

/** Starts `moto_server` on a free port of 127.0.0.1, and ends it by its own process. */
export const startMoto = async (): Promise<MotoServer> => {
  const port = await freePort();
  const child = spawn('moto_server', ['-H', '127.0.0.1', '-p', String(port)], { stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = once(child, 'exit');
  const lines = createInterface({ input: child.stderr });
  const running = new Promise<void>((resolve, reject) => {
    lines.on('line', (line) => {
      if (line.includes('Running on')) resolve();
    });
    child.once('error', reject);
    child.once('exit', (code) => {
      reject(new Error(`moto_server ended with ${String(code)}`));
    });
  });
  await running;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    close: async () => {
      child.kill();
      await ended;
    },
  };
};

/** Free a moment ago: moto_server cannot say which port it took. */
const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new TypeError('a TCP server has a port');
  return address.port;
};
