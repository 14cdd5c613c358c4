/** Loads a program as Lambda does and calls it: once, or as often as it is told, saying what that cost. */
import { sayStarted } from './started.ts';
import type { Turn, TurnDone } from './calls.ts';

type Handler = (event: unknown) => Promise<{ readonly statusCode: number }>;

const [, , bundle = '', eventFile = ''] = process.argv;
const { handler } = (await import(bundle)) as { handler: Handler };
const event: unknown = JSON.parse(process.getBuiltinModule('node:fs').readFileSync(eventFile, 'utf8'));

const issue = async (): Promise<void> => {
  const { statusCode } = await handler(event);
  if (statusCode !== 200) throw new Error(`answered ${statusCode}`);
};

const turn = async ({ issues }: Turn): Promise<TurnDone> => {
  const before = process.cpuUsage();
  for (let done = 0; done < issues; done += 1) await issue();
  const { user, system } = process.cpuUsage(before);
  return { cpuUs: user + system };
};

await issue();
if (!process.send) {
  sayStarted();
  process.exit(0);
}
process.on('message', (told: Turn) => {
  void turn(told).then((done) => process.send?.(done));
});
process.on('disconnect', () => process.exit());
process.send({ cpuUs: 0 } satisfies TurnDone);
