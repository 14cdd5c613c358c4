import { useState } from 'preact/hooks';
import type { Credentials } from '../api/calls.ts';
import { When } from '../parts/when.tsx';

interface Form {
  readonly name: string;
  readonly text: (credentials: Credentials) => string;
}

const forShell = (value: string): string => `'${value.replaceAll("'", `'\\''`)}'`;
const forPowerShell = (value: string): string => `'${value.replaceAll("'", "''")}'`;

const VARIABLES = [
  ['AWS_ACCESS_KEY_ID', 'AccessKeyId'],
  ['AWS_SECRET_ACCESS_KEY', 'SecretAccessKey'],
  ['AWS_SESSION_TOKEN', 'SessionToken'],
] as const;

const FORMS: readonly Form[] = [
  { name: 'Shell', text: (of) => VARIABLES.map(([name, key]) => `export ${name}=${forShell(of[key])}`).join('\n') },
  {
    name: 'PowerShell',
    text: (of) => VARIABLES.map(([name, key]) => `$env:${name} = ${forPowerShell(of[key])}`).join('\n'),
  },
  {
    name: 'Credentials file',
    text: (of) => ['[hatcheck]', ...VARIABLES.map(([name, key]) => `${name.toLowerCase()} = ${of[key]}`)].join('\n'),
  },
];

/** Shown once: kept nowhere but on this page, and gone with it. */
export const ShownCredentials = ({ credentials, onHide }: { credentials: Credentials; onHide: () => void }) => (
  <div class="credentials">
    <p>
      Shown once; they end <When at={credentials.Expiration} />. Whoever has them has the role.
    </p>
    {FORMS.map((form) => (
      <Copyable key={form.name} name={form.name} text={form.text(credentials)} />
    ))}
    <button type="button" onClick={onHide}>
      Hide them
    </button>
  </div>
);

const Copyable = ({ name, text }: { name: string; text: string }) => {
  const [copied, setCopied] = useState<'no' | 'yes' | 'failed'>('no');
  const copy = (): void => {
    navigator.clipboard.writeText(text).then(
      () => {
        setCopied('yes');
      },
      () => {
        setCopied('failed');
      },
    );
  };
  return (
    <div>
      <h4>{name}</h4>
      <pre tabIndex={0} aria-label={`Credentials for ${name}`}>
        {text}
      </pre>
      <button type="button" onClick={copy} aria-label={`Copy for ${name}`}>
        Copy
      </button>{' '}
      <span role="status">{{ no: '', yes: 'Copied.', failed: 'Select the text and copy it.' }[copied]}</span>
    </div>
  );
};
