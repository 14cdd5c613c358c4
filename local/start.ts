import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { AccessFileError } from '../lib/config/access-fault.ts';
import { laptopAccess } from './laptop-access.ts';
import { noticeLine } from './notices.ts';
import { type Stack, startStack } from './stack.ts';

const USAGE = `npm start -- [--fresh] [--access FILE] [--folder FOLDER]

  --fresh          begin with empty tables and new keys
  --access FILE    the access policy; local/access.yml unless said otherwise
  --folder FOLDER  where the data is kept; .local unless said otherwise
`;

const PORTS = { gateway: 3000, oidc: 3001, aws: 3002, dynamodb: 3003, saml: 3004, slack: 3005, teams: 3006 };
const REPOSITORY = fileURLToPath(new URL('..', import.meta.url));

const main = async (): Promise<void> => {
  const { values } = parseArgs({
    options: {
      fresh: { type: 'boolean', default: false },
      access: { type: 'string', default: join(REPOSITORY, 'local', 'access.yml') },
      folder: { type: 'string', default: join(REPOSITORY, '.local') },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return;
  }
  const beganMs = performance.now();
  process.stdout.write('Starting Hatcheck: bundling, compiling serverless.yml, starting what stands in for AWS …\n');
  const lines: string[] = [];
  let write = (line: string): void => void lines.push(line);
  const stack = await startStack({
    ports: PORTS,
    folder: values.folder,
    fresh: values.fresh,
    access: laptopAccess(values.access),
    log: (functionId, line) => {
      write(`${functionId} ${line}\n`);
    },
    onNotice: (notice) => void process.stdout.write(noticeLine(notice)),
  });
  const logFile = join(values.folder, 'functions.log');
  const log = createWriteStream(logFile, { flags: 'a', mode: 0o600 });
  write = (line) => void log.write(line);
  lines.forEach(write);
  process.stdout.write(welcome(stack, logFile, (performance.now() - beganMs) / 1000));
  closeOnSignal(stack);
};

const welcome = ({ origin, oidc, saml, slack, teams, aws }: Stack, logFile: string, seconds: number): string => `
Hatcheck is up at ${origin}  (${seconds.toFixed(1)} s)

  Click     ${signIn(origin, 'engineer')}   ask for a role
            ${signIn(origin, 'approver')}   approve (in a private window)
            ${signIn(origin, 'security')}   the second stage, or revoke
            ${signIn(origin, 'auditor')}    read everything
            ${signIn(origin, 'engineer', 'local-saml')}   as on-prem people do, by SAML
            ${origin}/login   choose a provider and an account
            ${slack.origin}   the channel where approvers are asked: approve, deny, /hatcheck
            ${teams.origin}   the same in Teams: say ask, mine or link to the bot
            ${aws.mailbox}   the mails of those who are not in chat

  Type      npm run demo                                        the whole story, in another terminal
            npx hatcheck login                                  through the browser; or, as a pipeline does:
            curl -s '${oidc.issuer}/token?account=engineer@example.com' > id-token
            npx hatcheck login --token-file id-token
            npx hatcheck credentials ID --format process        ID is the request's

            aws --profile prod --endpoint-url ${aws.endpoint} s3 ls
            with, in ~/.aws/config:
              [profile prod]
              region = eu-west-1
              credential_process = ${process.execPath} ${join(REPOSITORY, 'cli', 'hatcheck.ts')} credentials ID --format process

  OpenID provider  ${oidc.issuer}
  SAML provider    ${saml.entityId}
  local AWS        ${aws.endpoint}   (console: ${aws.consoleOrigin}/console/)
  functions' log   ${logFile}

  Ctrl-C ends it; the data stay. npm start -- --fresh begins anew.
`;

const signIn = (origin: string, account: string, provider = 'local-oidc'): string =>
  `${origin}/login?provider=${provider}&loginHint=${account}@example.com`;

const closeOnSignal = (stack: Stack): void => {
  const end = (): void => {
    stack.close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.once('SIGINT', end);
  process.once('SIGTERM', end);
};

const explain = (error: unknown): string => {
  if (error instanceof AccessFileError) return error.message;
  if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
    return `${error.message}\nSomething else listens there. Is Hatcheck running already? It needs ports ${Object.values(PORTS).join(', ')}.`;
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
};

main().catch((error: unknown) => {
  process.stderr.write(`\nHatcheck did not start.\n${explain(error)}\n`);
  process.exitCode = 1;
});
