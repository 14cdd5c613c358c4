import { type Cloud, CloudError, type Parameter } from './cloud.ts';
import { type Finding, stops, warns } from './finding.ts';
import type { ReferencedSecret } from './referenced-secrets.ts';

/** A finding where AWS did not say; what else went wrong is thrown on. */
export const unlessRefused = async (
  about: string,
  permission: string,
  look: () => Promise<readonly Finding[]>,
): Promise<readonly Finding[]> => {
  try {
    return await look();
  } catch (error) {
    if (!(error instanceof CloudError)) throw error;
    return [
      warns(
        about,
        `could not be looked at (${error.code})`,
        `allow ${permission} and look again, or go on without knowing`,
      ),
    ];
  }
};

/** Secrets that are named and are not there, or that are kept where anybody may read them. */
export const checkSecrets = async (cloud: Cloud, secrets: readonly ReferencedSecret[]): Promise<readonly Finding[]> => [
  ...secrets
    .filter(({ kind }) => kind === 'env')
    .map(({ reference }) =>
      stops(
        'secret',
        `${reference} is of a laptop: no function has such a variable`,
        'ssm:/hatcheck/… or secretsmanager:… instead',
      ),
    ),
  ...(await unlessRefused('secrets', 'ssm:DescribeParameters', () => inParameterStore(cloud, secrets))),
  ...(
    await Promise.all(
      secrets
        .filter(({ kind }) => kind === 'secretsmanager')
        .map(({ name, reference }) =>
          unlessRefused('secret', `ssm:GetParameter and secretsmanager:GetSecretValue on ${name}`, async () =>
            (await cloud.hasSecret(name)) ? [] : [absent(reference)],
          ),
        ),
    )
  ).flat(),
];

const inParameterStore = async (cloud: Cloud, secrets: readonly ReferencedSecret[]): Promise<readonly Finding[]> => {
  const sought = secrets.filter(({ kind }) => kind === 'ssm');
  if (sought.length === 0) return [];
  const found = await cloud.parameters(sought.map(({ name }) => name));
  return sought.flatMap(({ name, reference }) => {
    const parameter = found.get(name);
    if (!parameter) return [absent(reference)];
    return parameter.type === 'SecureString' ? sealedByOwn(name, parameter) : [readable(name, parameter.type)];
  });
};

/** Typed at the terminal: as an argument it would stand in the list of processes and in the shell’s history, and `printf` is the shell’s own. */
const absent = (reference: string): Finding => {
  const name = reference.slice(reference.indexOf(':') + 1);
  const put = reference.startsWith('ssm:')
    ? `aws ssm put-parameter --name ${name} --type SecureString --value file:///dev/stdin`
    : `aws secretsmanager create-secret --name ${name} --secret-string file:///dev/stdin`;
  return stops('secret', `${reference} is not there`, `read -rs S; printf %s "$S" | ${put}; unset S`);
};

/** The functions’ roles may decrypt with no key of the account’s own: its policy may let them. */
export const sealedByOwn = (name: string, { key }: Parameter): readonly Finding[] =>
  key === undefined
    ? []
    : [
        warns(
          'secret',
          `${name} is sealed by ${key}, with which no role of Hatcheck may decrypt`,
          'kms:Decrypt for role/hatcheck/* in the key’s own policy; or seal it by alias/aws/ssm',
        ),
      ];

const readable = (name: string, type: string): Finding =>
  stops(
    'secret',
    `${name} is a ${type}: whoever may list parameters reads it`,
    'make another secret, and put it there as a SecureString (delete the parameter first)',
  );
