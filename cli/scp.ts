import { type Command, Option } from 'commander';
import { Failure } from './failure.ts';

const EXAMPLE = `
Example, in the management account of the organization:
  hatcheck scp --person p_… > scp.json
  aws organizations create-policy --type SERVICE_CONTROL_POLICY --name hatcheck-stop --description 'an incident' \\
    --content file://scp.json
  aws organizations attach-policy --policy-id p-… --target-id r-…

Place a hold first, or what is ended is asked for again: docs/operations.md, "Ending sessions in a whole organisation".`;

interface ScpOptions {
  readonly person?: string;
  readonly request?: string;
}

/** `hatcheck scp`: works without a server, since that may be what is away. */
export const addScpCommand = (program: Command): void => {
  program
    .command('scp')
    .description('a service control policy that ends lent sessions in a whole organization: everybody’s, or as said')
    .addOption(new Option('--person <handle>', 'only what one person has, p_…').conflicts('request'))
    .option('--request <id>', 'only what one request opened, r_…')
    .addHelpText('after', EXAMPLE)
    .action(async (options: ScpOptions) => {
      const { organisationSwitch } = await import('../lib/domain/organisation-switch.ts');
      process.stdout.write(`${JSON.stringify(organisationSwitch(switchedBy(options)), null, 2)}\n`);
    });
};

/** A pattern, or a slip of the pen, would end nobody's sessions, or somebody else's. */
const switchedBy = ({ person, request }: ScpOptions) => {
  if (person !== undefined) {
    if (!/^p_[A-Za-z0-9_-]{43}$/.test(person)) throw new Failure(2, 'a handle is p_ and 43 letters, digits, - and _');
    return { person };
  }
  if (request === undefined) return 'everything';
  if (!/^r_[A-Z2-7]{26}$/.test(request)) throw new Failure(2, 'a request id is r_ and 26 letters or digits');
  return { request };
};
