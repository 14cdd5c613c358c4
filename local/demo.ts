import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { placesOf, walkThrough } from './demo/story.ts';
import { createTeller } from './demo/teller.ts';
import { laptopAccess } from './laptop-access.ts';
import { startStack } from './stack.ts';

const RUNNING = {
  origin: 'http://127.0.0.1:3000',
  issuer: 'http://127.0.0.1:3001',
  samlIssuer: 'http://127.0.0.1:3004/metadata',
  awsEndpoint: 'http://127.0.0.1:3002',
  slackOrigin: 'http://127.0.0.1:3005',
  teamsOrigin: 'http://127.0.0.1:3006',
};

const main = async (): Promise<boolean> => {
  const teller = createTeller(process.stdout);
  if (await answers(RUNNING.origin)) {
    teller.say(`Hatcheck is running at ${RUNNING.origin}: the story goes there.`);
    return walkThrough(RUNNING, teller);
  }
  teller.say('Hatcheck is not running: starting one for the story, on free ports and with empty tables …');
  const folder = await mkdtemp(join(tmpdir(), 'hatcheck-demo-'));
  const stack = await startStack({
    ports: { gateway: 0, oidc: 0, aws: 0, dynamodb: 0, saml: 0, slack: 0, teams: 0 },
    folder,
    access: laptopAccess(fileURLToPath(new URL('access.yml', import.meta.url))),
    log: () => undefined,
  });
  try {
    return await walkThrough(placesOf(stack), teller);
  } finally {
    await stack.close();
    await rm(folder, { recursive: true, force: true });
  }
};

const answers = async (origin: string): Promise<boolean> => {
  try {
    const answer = await fetch(`${origin}/healthz`, { signal: AbortSignal.timeout(2000) });
    return answer.ok;
  } catch {
    return false;
  }
};

process.exitCode = (await main()) ? 0 : 1;
