#!/usr/bin/env node
import { resolve } from 'node:path';
import { Command, CommanderError, Option } from 'commander';
import { addAuditCommands } from './audit.ts';
import { cachePrefix, processCredentials } from './credentials.ts';
import { type Instructions, loginByDevice } from './device.ts';
import { addDoctorCommand } from './doctor.ts';
import { Failure, oneLine } from './failure.ts';
import { addIssuerCommands } from './issuer.ts';
import { member, text, texts } from './json.ts';
import { askInBrowser, openBrowser } from './loopback.ts';
import { addPolicyCommands } from './policy.ts';
import { configFolder, privateFiles } from './private-files.ts';
import { addRoleCommands } from './role.ts';
import { addScpCommand } from './scp.ts';
import { call, failureOf, serverOrigin, withToken } from './server.ts';
import {
  type Place,
  callSignedIn,
  currentSignIn,
  exchange,
  fileName,
  proveRole,
  readIdToken,
  redeem,
  storedSignIn,
} from './sign-in.ts';

/** As long as a person may take to sign in at their provider. */
const LOGIN_TIMEOUT_MS = 300_000;

const place = ({ server }: { server: string }): Place => ({
  server: serverOrigin(server),
  files: privateFiles(configFolder(process.env)),
  now: () => new Date(),
});

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const nameOf = (principal: unknown): string =>
  oneLine(text(principal, 'email') ?? text(principal, 'displayName') ?? text(principal, 'handle') ?? 'somebody');

interface LoginOptions {
  readonly server: string;
  readonly tokenFile?: string;
  readonly aws?: boolean;
  readonly region?: string;
  readonly audience?: string;
  readonly provider?: string;
  readonly fresh?: boolean;
  readonly browser: boolean;
}

const login = async (options: LoginOptions): Promise<void> => {
  const at = place(options);
  const { principal } = await kept(at, options);
  say(`Signed in at ${at.server} as ${nameOf(principal)}.`);
};

const kept = (at: Place, options: LoginOptions) => {
  if (options.aws) return loginWithRole(at, options);
  if (options.tokenFile !== undefined) return loginWithToken(at, options.tokenFile);
  return options.browser ? loginInBrowser(at, options) : loginByDevice(at, showCode);
};

const showCode = ({ address, code, minutes }: Instructions): void => {
  // Not on stdout, which may be read by a program.
  process.stderr.write(
    `Open this address in a browser on any machine:\n${address}\nand type this code, within ${minutes} minutes:\n${code}\n`,
  );
};

const loginWithToken = async (at: Place, tokenFile: string) => {
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
    // Not on stdout, which may be read by a program.
    process.stderr.write(`Open this address in the browser on this machine, and allow the sign-in:\n${url}\n`);
    openBrowser(url, process.env);
  };
  const asking = { server: at.server, fresh, timeoutMs: LOGIN_TIMEOUT_MS, show };
  return redeem(at, await askInBrowser({ ...asking, ...(provider !== undefined && { provider }) }));
};

const whoami = async (options: { server: string }): Promise<void> => {
  const at = place(options);
  const answer = await callSignedIn(at, 'GET', '/v1/me');
  if (answer.status !== 200) throw failureOf(at.server, answer);
  const principal = member(answer.body, 'principal');
  say(`${nameOf(principal)} (${oneLine(text(principal, 'handle') ?? '')}) at ${at.server}`);
  say(`groups: ${texts(principal, 'groups').map(oneLine).join(', ') || 'none'}`);
};

const logout = async (options: { server: string }): Promise<void> => {
  const at = place(options);
  const stored = await storedSignIn(at);
  // An access token that is over ends nothing there; a newer one ends the whole sign-in.
  const last = stored?.refreshToken === undefined ? stored : await currentSignIn(at).catch(() => stored);
  await Promise.all([at.files.remove(`${fileName(at.server)}.`), at.files.remove(cachePrefix(at.server))]);
  // What is here is gone whether or not the server answers; there, the access token ends by itself within 15 minutes.
  if (last) await call(at.server, '/logout', withToken('POST', last.accessToken));
  say(`Signed out at ${at.server}.`);
};

const credentials = async (requestId: string, options: { server: string }): Promise<void> => {
  say(JSON.stringify(await processCredentials(place(options), requestId)));
};

const serverOption = (): Option =>
  new Option('--server <url>', 'the address of Hatcheck').env('HATCHECK_SERVER').default('http://127.0.0.1:3000');

const program = new Command('hatcheck')
  .description('Borrow an AWS role for a while.')
  .exitOverride()
  .addHelpText('after', '\nExit codes: 1 refused, 2 wrong usage, 3 not signed in, 4 the server is away.');
program
  .command('login')
  .description('sign in in the browser on this machine, or with an ID token of your identity provider')
  .option('--token-file <file>', 'where an ID token is, - for stdin; read again when the sign-in is over')
  .option('--aws', 'as the IAM role whose credentials are here: on Lambda, EC2, ECS, or in the environment')
  .option('--region <region>', 'with --aws: whose STS says which role that is; AWS_REGION unless said otherwise')
  .option('--audience <audience>', 'with --aws: as access.yml has it; the host of the server unless said otherwise')
  .option('--provider <id>', 'the identity provider, where there are several')
  .option('--fresh', 'prove anew who you are, and fetch your groups anew')
  .option('--no-browser', 'on a machine without one: type a code in a browser elsewhere')
  .addOption(serverOption())
  .action(login);
program.command('whoami').description('who you are signed in as').addOption(serverOption()).action(whoami);
program
  .command('logout')
  .description('end the sign-in, and forget its credentials')
  .addOption(serverOption())
  .action(logout);
program
  .command('credentials')
  .description('temporary credentials of an approved request')
  .argument('<request>', 'the id of the request, r_…')
  .addOption(
    new Option('--format <format>', 'process: for credential_process in ~/.aws/config')
      .choices(['process'])
      .default('process'),
  )
  .addOption(serverOption())
  .action(credentials);

addAuditCommands(program, { place, serverOption });
addDoctorCommand(program);
addIssuerCommands(program);
addPolicyCommands(program);
addRoleCommands(program);
addScpCommand(program);

/** Nothing but one line: a stack is for us, and the AWS CLI shows its user whatever stands on stderr. */
const report = (error: unknown): void => {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : 2;
    return;
  }
  if (!(error instanceof Failure) && !(error instanceof Error && 'syscall' in error)) throw error;
  process.stderr.write(`hatcheck: ${oneLine(error.message)}\n`);
  process.exitCode = error instanceof Failure ? error.exitCode : 2;
};

await program.parseAsync().catch(report);
