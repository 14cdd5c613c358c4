import { resolve } from 'node:path';
import { configFolder, credentialsPrefix, signInName } from './config-folder.ts';
import { type Instructions, loginByDevice } from './device.ts';
import { Failure, oneLine } from './failure.ts';
import { member, text, texts } from './json.ts';
import { askInBrowser, openBrowser } from './loopback.ts';
import { type OnServer, placeOf } from './place.ts';
import { note, say, sayJson } from './print.ts';
import { revoke } from './revoke.ts';
import { failureOf } from './server.ts';
import { changeSettings, readSettings } from './settings.ts';
import { type Place, callSignedIn, exchange, proveRole, readIdToken, redeem, storedSignIn } from './sign-in.ts';

/** As long as a person may take to sign in at their provider. */
const LOGIN_TIMEOUT_MS = 300_000;

interface ForProgram {
  readonly json?: boolean;
}

export interface LoginOptions extends OnServer, ForProgram {
  readonly tokenFile?: string;
  readonly aws?: boolean;
  readonly region?: string;
  readonly audience?: string;
  readonly provider?: string;
  readonly fresh?: boolean;
  readonly browser: boolean;
}

const nameOf = (principal: unknown): string =>
  oneLine(text(principal, 'email') ?? text(principal, 'displayName') ?? text(principal, 'handle') ?? 'somebody');

/** @param remember whether the next commands are to ask this server too */
export const login = async (options: LoginOptions, remember: boolean): Promise<void> => {
  const at = await placeOf(options);
  const former = await storedSignIn(at);
  const { principal } = await kept(at, options);
  // It would live on at the server, in nobody’s hands. That it cannot be ended is no reason to fail: unused it ends by itself.
  if (former) await revoke(at.server, former).catch(() => undefined);
  if (remember) await changeSettings(configFolder(process.env), { server: at.server });
  await sayUnsealedOnce(at.files.unsealedBecause());
  if (options.json) sayJson({ server: at.server, principal });
  else say(`Signed in at ${at.server} as ${nameOf(principal)}.`);
};

/** Whoever has turned the keyring off knows. */
const sayUnsealedOnce = async (because: string | undefined): Promise<void> => {
  const folder = configFolder(process.env);
  if (because === undefined || process.env['HATCHECK_KEYRING'] === 'off') return;
  if ((await readSettings(folder)).saidUnsealed) return;
  note(`hatcheck: ${because}; what is secret is kept in files that only you may read, in ${folder}`);
  await changeSettings(folder, { saidUnsealed: true });
};

const kept = (at: Place, options: LoginOptions) => {
  if (options.aws) return loginWithRole(at, options);
  if (options.tokenFile !== undefined) return loginWithToken(at, options.tokenFile);
  return options.browser ? loginInBrowser(at, options) : loginByDevice(at, showCode);
};

const showCode = ({ address, code, minutes }: Instructions): void => {
  note(`Open this address in a browser on any machine:\n${address}`);
  note(`and type this code, within ${minutes} minutes:\n${code}`);
};

/** A signed token whose header and claims are JSON objects (RFC 7515): the name of no file. */
const SIGNED_TOKEN = /^eyJ[\w-]+\.eyJ[\w-]+\.[\w-]+$/;

const loginWithToken = async (at: Place, tokenFile: string) => {
  // NB. it is not said again: a pipeline keeps what is said.
  if (SIGNED_TOKEN.test(tokenFile))
    throw new Failure(2, 'an ID token was given where the file that it is in should be', {
      next: 'put it into a file, or pass it on stdin: --token-file -',
    });
  const file = tokenFile === '-' ? undefined : resolve(tokenFile);
  return exchange(at, await readIdToken(file ?? '-'), file);
};

const loginWithRole = (at: Place, { region = process.env['AWS_REGION'], audience }: LoginOptions) => {
  if (region === undefined || !/^[a-z0-9-]{1,32}$/.test(region))
    throw new Failure(2, 'say which region’s STS Hatcheck is to ask: --region, or AWS_REGION');
  return proveRole(at, { region, audience: audience ?? new URL(at.server).host });
};

const loginInBrowser = async (at: Place, { provider, fresh = false }: LoginOptions) => {
  const show = (url: string): void => {
    note(`Open this address in the browser on this machine, and allow the sign-in:\n${url}`);
    openBrowser(url, process.env);
  };
  const asking = { server: at.server, fresh, timeoutMs: LOGIN_TIMEOUT_MS, show };
  return redeem(at, await askInBrowser({ ...asking, ...(provider !== undefined && { provider }) }));
};

export const whoami = async (options: OnServer & ForProgram): Promise<void> => {
  const at = await placeOf(options);
  const answer = await callSignedIn(at, 'GET', '/v1/me');
  if (answer.status !== 200) throw failureOf(at.server, answer);
  const principal = member(answer.body, 'principal');
  if (options.json) {
    sayJson({ server: at.server, principal });
    return;
  }
  say(`${nameOf(principal)} (${oneLine(text(principal, 'handle') ?? '')}) at ${at.server}`);
  say(`groups: ${texts(principal, 'groups').map(oneLine).join(', ') || 'none'}`);
};

export const logout = async (options: OnServer & ForProgram): Promise<void> => {
  const at = await placeOf(options);
  const last = await storedSignIn(at);
  await Promise.all([at.files.remove(`${signInName(at.server)}.`), at.files.remove(credentialsPrefix(at.server))]);
  if (!(await at.files.hasAny('sign-in.'))) await at.files.forgetKey();
  // What is here is gone whether or not the server answers; there, the access token ends by itself within 15 minutes.
  if (last) await revoke(at.server, last);
  if (options.json) sayJson({ server: at.server, signedIn: false });
  else say(`Signed out at ${at.server}.`);
};
