/**
 * One handler, in a process of its own that has nothing but the bundle and its environment, on a network where no name is known. Takes the
 * bundle's path and the export's name; reads a JSON event a line; writes what came of each, then whom the function asked for.
 */
import dns from 'node:dns';
import { pathToFileURL } from 'node:url';
import { createInterface } from 'node:readline';

const asked = new Set<string>();

const lookup = (hostname: string, _options: unknown, done: (error: Error) => void): void => {
  asked.add(hostname);
  const error = Object.assign(new Error(`getaddrinfo ENOTFOUND ${hostname}`), { code: 'ENOTFOUND', hostname });
  process.nextTick(done, error);
};

Object.assign(dns, { lookup });

const [bundle = '', exported = ''] = process.argv.slice(2);
const loaded: unknown = await import(pathToFileURL(bundle).href);
const handler: unknown = typeof loaded === 'object' && loaded !== null ? Reflect.get(loaded, exported) : undefined;
if (typeof handler !== 'function') throw new Error(`${bundle} has no function "${exported}"`);

const context = {
  awsRequestId: '00000000-0000-4000-8000-000000000000',
  functionName: process.env['AWS_LAMBDA_FUNCTION_NAME'],
  // What a function has left that began a moment ago.
  getRemainingTimeInMillis: () => 24_000,
};

const outcomeOf = async (event: unknown): Promise<object> => {
  try {
    const result: unknown = await Reflect.apply(handler, undefined, [event, context]);
    return { result: result ?? null };
  } catch (error) {
    return { error: error instanceof Error ? error.name : typeof error };
  }
};

const say = (line: object): void => {
  process.stdout.write(`@${JSON.stringify(line)}\n`);
};

for await (const line of createInterface({ input: process.stdin })) say(await outcomeOf(JSON.parse(line)));
say({ asked: [...asked].sort() });
