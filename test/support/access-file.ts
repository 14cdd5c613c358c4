import { AccessFileError } from '../../lib/config/access-fault.ts';

/** What an access file begins with that has one provider and one account. */
export const ONE_OF_EACH = `version: 1
identityProviders:
  - { id: okta, type: oidc, issuer: https://idp.example.com, clientId: hatcheck }
accounts:
  prod: { id: '111122223333', region: eu-west-1 }
`;

/** For an access file that names no other files. */
export const noFiles = {
  baseDir: '/access',
  readFile: (): string => {
    throw new Error('no such file');
  },
};

/** What is at fault, as `path code`; nothing when it is accepted. */
export const faultsIn = (parse: () => unknown): readonly string[] => {
  try {
    parse();
  } catch (error) {
    if (error instanceof AccessFileError) return error.faults.map(({ path, code }) => `${path} ${code}`);
    throw error;
  }
  return [];
};
