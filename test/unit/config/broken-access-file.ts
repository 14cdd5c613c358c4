import { AccessFileError } from '../../../lib/config/access-fault.ts';
import { parseAccess } from '../../../lib/config/access-file.ts';

/** An access file that is in order; each test breaks one thing in it. */
export const BASE = `version: 1
identityProviders:
  - { id: okta, type: oidc, issuer: https://idp.example.com, clientId: hatcheck }
accounts:
  prod: { id: '111122223333', region: eu-west-1 }
entitlements:
  read:
    role: { account: prod, name: ReadOnly }
    requesters: { groups: [engineering] }
    approval: auto
    maxDuration: 1h
`;

export const parse = (text: string, files: Readonly<Record<string, string>> = {}) =>
  parseAccess(text, {
    baseDir: '/access',
    readFile: (path) => {
      const content = files[path];
      if (content === undefined) throw new Error('no such file');
      return content;
    },
  });

export const errorOf = (text: string, files?: Readonly<Record<string, string>>): AccessFileError => {
  try {
    parse(text, files);
  } catch (error) {
    if (error instanceof AccessFileError) return error;
    throw error;
  }
  throw new Error('it was accepted');
};

export const faultsOf = (text: string, files?: Readonly<Record<string, string>>): readonly string[] =>
  errorOf(text, files).faults.map(({ line, column, path, code }) => `${line}:${column} ${path} ${code}`);

export const edited = (from: string, to: string): string => {
  if (!BASE.includes(from)) throw new Error(`the base has no ${from}`);
  return BASE.replace(from, () => to);
};

/** The base with one more member of the entitlement, on line 12. */
export const withMember = (member: string): string => `${BASE}    ${member}\n`;

/** Where the one entitlement stands. */
export const read = 'entitlements.read';
