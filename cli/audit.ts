import { type Command, Option } from 'commander';
import type { AnomaliesOptions } from './audit/anomalies.ts';
import type { CheckOptions } from './audit/check-proof.ts';
import type { ReconcileOptions } from './audit/reconcile.ts';
import type { ReviewOptions } from './audit/review.ts';
import type { OnlineOptions } from './audit/verify-online.ts';
import type { VerifyOptions } from './audit/verify-path.ts';
import { addAskedCommands } from './commands/audit.ts';
import { Failure } from './failure.ts';
import { type OnServer, placeOf, serverOption } from './place.ts';

const EXAMPLES = `
Examples, as an auditor:
  hatcheck audit search --account 111122223333 --from '2026-11-22 14:00' --to '2026-11-22 16:00'
  hatcheck audit dossier r_… --cloudtrail trail/*.json.gz --format html > dossier.html
  hatcheck audit verify --checkpoints 0.. --key checkpoints.pem
  hatcheck audit export > record.ndjson
  hatcheck audit verify record.ndjson
  aws s3 cp --recursive s3://trail/AWSLogs/111122223333/CloudTrail/eu-west-1/2026/11/22 trail
  hatcheck audit reconcile --record record.ndjson --cloudtrail trail/*.json.gz
  hatcheck review --unused-for 90d --record record.ndjson --format csv > review.csv

Without --record the server is asked. Exit codes: 0 as it should be, 1 it is not.`;

const NOT_SHOWN = `
A folder is an export with its checkpoints, as \`aws s3 sync s3://<the bucket of the export> <folder>\` leaves it. Every event is
held against the log, and the log against the checkpoints that the keys signed; docs/audit.md says what that proves.
It needs the public key, from where you trust it: not from the export itself. Note the last line of its answer: an export
whose newest checkpoints were cut off shows that only beside a newer one, by --checkpoint.

  hatcheck audit verify export --key checkpoints.pem --checkpoint 41230:uXk4…

A file is what \`hatcheck audit export\` wrote. It needs no server and no key. It finds events that were altered, dropped,
reordered or added inside a stream, and names the first place: line, stream, and the sequence number that should stand there.

What a file cannot show, since a hash chain alone does not:
  - that whole requests, or all refusals of one, were left out
  - that the last events of a stream were left out, unless the export still tells how many a request had
  - that the last event, or a stream from some event on, was written anew with new hashes
  - what stands beside the events, and is under no hash: names, words, the request's status`;

const ANOMALIES = `
Each is told once for a person on a day, UTC; nothing is of somebody's first week. It stops nobody and proves nothing.

  hatcheck audit export > record.ndjson
  hatcheck audit anomalies record.ndjson

Exit codes: 0 there is nothing to look at, 1 there is.`;

const collected = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

/** `hatcheck audit …` and `hatcheck review`: what the ledger says, beside what AWS says. What a command needs is loaded when it runs. */
export const addAuditCommands = (program: Command): void => {
  const record = (): Option =>
    new Option('--record <file>', 'what `hatcheck audit export` wrote, rather than the server');
  const audit = program.command('audit').description('the record, for auditors').addHelpText('afterAll', EXAMPLES);
  addAskedCommands(audit);
  audit
    .command('export')
    .description('every request with its events, as the server answers it, one a line')
    .addOption(serverOption())
    .action(async (options: OnServer) => {
      const { readAll } = await import('./audit/record.ts');
      for await (const answer of readAll(await placeOf(options))) process.stdout.write(`${JSON.stringify(answer)}\n`);
    });
  audit
    .command('verify')
    .description('whether the record or an export of it is as it was written, and if not the first place that is not')
    .argument('[path]', 'the folder of an export with its checkpoints, or what `hatcheck audit export` wrote')
    .option('--stream <stream>', 'ask the server about one stream, such as request#r_…, rather than a path')
    .option('--checkpoints <range>', 'ask it about checkpoints with all that they cover, such as 0..12 or 40..')
    .option('--key <file>', 'public key of checkpoints, PEM, for a folder; may be said again', collected)
    .option('--checkpoint <noted>', 'what was noted earlier: size:root, or a checkpoint’s file', collected)
    .option('--json', 'for a program')
    .addHelpText('after', NOT_SHOWN)
    .addOption(serverOption())
    .action(async (path: string | undefined, options: VerifyOptions & OnlineOptions & OnServer) => {
      if (path === undefined) {
        const { verifyOnline } = await import('./audit/verify-online.ts');
        process.exitCode = await verifyOnline(await placeOf(options), options);
        return;
      }
      if (options.stream !== undefined || options.checkpoints !== undefined)
        throw new Failure(
          2,
          'an export is verified whole: --stream and --checkpoints are what the server is asked about',
        );
      const { verifyPath } = await import('./audit/verify-path.ts');
      process.exitCode = await verifyPath(path, options);
    });
  audit
    .command('check')
    .description('whether what `hatcheck audit proof` wrote proves what it says, offline')
    .argument('<proof>', 'the file')
    .requiredOption('--key <file>', 'public key of checkpoints, PEM; may be said again', collected)
    .option('--json', 'for a program')
    .action(async (file: string, options: CheckOptions) => {
      const { check } = await import('./audit/check-proof.ts');
      process.exitCode = await check(file, options);
    });
  audit
    .command('anomalies')
    .description('what is unusual in an export: who did what they never do, who was refused, who always pair')
    .argument('<file>', 'what `hatcheck audit export` wrote')
    .option('--json', 'for a program')
    .addHelpText('after', ANOMALIES)
    .action(async (file: string, options: AnomaliesOptions) => {
      const { showAnomalies } = await import('./audit/anomalies.ts');
      process.exitCode = await showAnomalies(file, options);
    });
  audit
    .command('reconcile')
    .description('whether every session that CloudTrail has was decided about, and the other way round')
    .requiredOption('--cloudtrail <files...>', 'as CloudTrail writes them, also .gz, or as lookup-events answers')
    .option('--role <arns...>', 'roles that are lent and have no request on record')
    .option('--json', 'for a program')
    .addOption(record())
    .addOption(serverOption())
    .action(async (options: ReconcileOptions & OnServer) => {
      const { compare } = await import('./audit/reconcile.ts');
      process.exitCode = await compare(await placeOf(options), options);
    });
  program
    .command('review')
    .description('which entitlements nobody uses, and which grants were used for less than they were given')
    .option('--unused-for <days>', 'such as 90d', '90d')
    .option('--policy <file>', 'the access policy', 'access.yml')
    .option('--cloudtrail <files...>', 'what was done with the sessions')
    .addOption(new Option('--format <format>', 'how to print it').choices(['text', 'csv', 'json']).default('text'))
    .addOption(record())
    .addOption(serverOption())
    .addOption(new Option('--json', 'the same as --format json').implies({ format: 'json' }))
    .addHelpText('after', EXAMPLES)
    .action(async (options: ReviewOptions & OnServer) => {
      const { review } = await import('./audit/review.ts');
      await review(await placeOf(options), options);
    });
};
