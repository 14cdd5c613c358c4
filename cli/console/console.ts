import { type AskOptions, said } from '../asking/said.ts';
import { elevated } from '../elevation.ts';
import { secureUrl } from '../../lib/config/web-address.ts';
import { unknownAnswer } from '../failure.ts';
import { text } from '../json.ts';
import { browserHere, openBrowser } from '../loopback.ts';
import { type OnServer, placeOf } from '../place.ts';
import { note, say, sayJson } from '../print.ts';
import { failureOf } from '../server.ts';
import { type Place, callSignedIn } from '../sign-in.ts';
import { showTheWay } from './way.ts';

export interface ConsoleOptions extends OnServer, Pick<AskOptions, 'for' | 'because' | 'ticket' | 'breakGlass'> {
  readonly wait: boolean;
  readonly service?: string;
  readonly region?: string;
  readonly print?: boolean;
  readonly json?: boolean;
}

/** As long as a browser may take to start. */
const PATIENCE_MS = 60_000;

/** Opens the console in the browser, or prints its address. @throws Failure as asking and issuing do */
export const openConsole = async (entitlementId: string, options: ConsoleOptions): Promise<void> => {
  const place = await placeOf(options);
  const { wait, json = false } = options;
  const { id } = await elevated(place, entitlementId, { wait, json, ...said(options, place.now()) });
  const { url, expiresAt } = await consoleUrl(place, id, options);
  if (json) sayJson({ url, expiresAt });
  else if (options.print || !browserHere(process.env)) process.stdout.write(`${url}\n`);
  else await inBrowser(url, entitlementId);
};

const consoleUrl = async (
  place: Place,
  id: string,
  { service, region }: ConsoleOptions,
): Promise<{ readonly url: string; readonly expiresAt: string }> => {
  const json = { ...(service && { destination: service }), ...(region && { region }) };
  const answer = await callSignedIn(place, 'POST', `/v1/requests/${id}/console`, { json });
  if (answer.status !== 200) throw failureOf(place.server, answer);
  const url = secureUrl(text(answer.body, 'url') ?? '')?.href;
  const expiresAt = text(answer.body, 'expiresAt');
  if (url === undefined || expiresAt === undefined) throw unknownAnswer(place.server);
  return { url, expiresAt };
};

const inBrowser = async (url: string, entitlementId: string): Promise<void> => {
  const open = (page: string): void => {
    openBrowser(page, process.env);
  };
  if (await showTheWay(url, { open, patienceMs: PATIENCE_MS })) say(`The console is open with ${entitlementId}.`);
  else note('hatcheck: no browser came; hatcheck console --print prints the address');
};
