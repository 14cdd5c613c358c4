import type { Credentials, RequestView } from '../api/calls.ts';

/** One way in which credentials are taken along. */
export interface Form {
  readonly name: string;
  /** Where it goes. */
  readonly hint: string;
  readonly text: string;
}

const forShell = (value: string): string => `'${value.replaceAll("'", `'\\''`)}'`;
const forPowerShell = (value: string): string => `'${value.replaceAll("'", "''")}'`;

const VARIABLES = [
  ['AWS_ACCESS_KEY_ID', 'AccessKeyId'],
  ['AWS_SECRET_ACCESS_KEY', 'SecretAccessKey'],
  ['AWS_SESSION_TOKEN', 'SessionToken'],
] as const;

/** What is copied, form by form. The last holds no secret: it fetches its own. */
export const formsOf = (of: Credentials, { id }: Pick<RequestView, 'id'>): readonly Form[] => [
  {
    name: 'Shell',
    hint: 'Paste it into sh, bash or zsh.',
    text: VARIABLES.map(([name, key]) => `export ${name}=${forShell(of[key])}`).join('\n'),
  },
  {
    name: 'PowerShell',
    hint: 'Paste it into PowerShell.',
    text: VARIABLES.map(([name, key]) => `$env:${name} = ${forPowerShell(of[key])}`).join('\n'),
  },
  {
    name: 'Config',
    hint: 'For ~/.aws/credentials; use it by --profile hatcheck.',
    text: ['[hatcheck]', ...VARIABLES.map(([name, key]) => `${name.toLowerCase()} = ${of[key]}`)].join('\n'),
  },
  {
    name: 'CLI',
    hint: 'Hatcheck’s own command fetches credentials itself: nothing secret in it.',
    text: `eval "$(hatcheck credentials ${id} --format env)"`,
  },
];
