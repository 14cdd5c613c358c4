import { type Command, Option } from 'commander';
import type { DossierOptions } from '../audit/dossier.ts';
import type { ProofOptions } from '../audit/proof.ts';
import type { SearchOptions } from '../audit/search.ts';
import { type OnServer, placeOf, serverOption } from '../place.ts';

const SEARCH = `
All that is said must be so. With --from, the grants come first that somebody could use at any time from then to --to, however long
before they were given; then what happened in between. Without --to: until now.

Times: 2h (ago), 14:30 (of today, here), '2026-11-22 14:30' (here), 2026-11-22T14:30Z.

Examples:
  hatcheck audit search --account 111122223333 --from 14:00 --to 16:00
  hatcheck audit search --person p_… --refusals
  hatcheck audit search --break-glass --from 30d --format csv > break-glass.csv`;

const DOSSIER = `
CloudTrail's records are matched by access key, by source identity and by the session tag hatcheck-request. They are read from files:
as CloudTrail delivers them to S3 (also .gz), as an export has them one a line, as \`aws cloudtrail lookup-events\` answers, or as
\`aws cloudtrail get-query-results\` does, of CloudTrail Lake:

  SELECT eventJson FROM <event data store> WHERE userIdentity.sessionContext.sourceIdentity = '<the requester’s handle>'

The page of --format html needs nothing else: it can be read in any browser, printed, or saved as a PDF.`;

/** Those of `hatcheck audit …` that ask the server. */
export const addAskedCommands = (audit: Command): void => {
  audit
    .command('search')
    .description('what happened, and who could do what, by person, account, role, ticket and time')
    .option('--person <handle>', 'who did it, whose request it is, who decided, or for whom')
    .option('--account <id>', 'of AWS, twelve digits')
    .option('--role <arn>', 'of the role that was lent')
    .option('--entitlement <id>', 'such as prod-admin')
    .option('--ticket <ticket>', 'such as OPS-1')
    .option('--type <type>', 'of event, such as request.revoked; docs/events.md has them all')
    .option('--break-glass', 'only that')
    .option('--refusals', 'only what somebody was refused')
    .option('--from <time>', 'the first moment')
    .option('--to <time>', 'the end, which is not in it')
    .addOption(
      new Option('--format <format>', 'how to print it').choices(['text', 'csv', 'jsonl', 'json']).default('text'),
    )
    .addOption(serverOption())
    .addHelpText('after', SEARCH)
    .action(async (options: SearchOptions & OnServer) => {
      const { search } = await import('../audit/search.ts');
      await search(await placeOf(options), options);
    });
  audit
    .command('dossier')
    .description('one request as a timeline: what was asked, decided, opened and done, and what proves it')
    .argument('<id>', 'of the request')
    .option('--cloudtrail <files...>', 'what was done with the sessions')
    .addOption(new Option('--format <format>', 'how to print it').choices(['text', 'json', 'html']).default('text'))
    .addOption(serverOption())
    .addHelpText('after', DOSSIER)
    .action(async (id: string, options: DossierOptions & OnServer) => {
      const { dossier } = await import('../audit/dossier.ts');
      process.exitCode = await dossier(await placeOf(options), id, options);
    });
  audit
    .command('proof')
    .description('what proves each event of a request to somebody who has the public key, and no more')
    .argument('<id>', 'of the request, or a stream such as control')
    .option('--out <file>', 'a new file, rather than the terminal')
    .option(
      '--key <files...>',
      'public keys of checkpoints, PEM, that you trust; those that the server says unless said otherwise',
    )
    .addOption(serverOption())
    .action(async (id: string, options: ProofOptions & OnServer) => {
      const { prove } = await import('../audit/proof.ts');
      await prove(await placeOf(options), id, options);
    });
};
