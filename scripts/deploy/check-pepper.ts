import { randomBytes } from 'node:crypto';
import { sealedByOwn, unlessRefused } from './check-secrets.ts';
import type { Cloud } from './cloud.ts';
import { type Finding, stops } from './finding.ts';

export interface PepperCheck {
  readonly findings: readonly Finding[];
  /** It is not there, and nobody has a name by one that is gone: one may be made. */
  readonly mayBeMade: boolean;
}

export const pepperName = (stage: string, { pepper }: { readonly pepper?: string | undefined }): string =>
  pepper ?? `/hatcheck/${stage}/pepper`;

/** The key of everybody's handle: there, sealed, and never another one under a ledger that there is. */
export const checkPepper = async (cloud: Cloud, stage: string, name: string): Promise<PepperCheck> => {
  let mayBeMade = false;
  const findings = await unlessRefused('pepper', 'ssm:DescribeParameters and dynamodb:DescribeTable', async () => {
    const there = (await cloud.parameters([name])).get(name);
    if (there?.type === 'SecureString') return sealedByOwn(name, there);
    if (there)
      return [
        stops(
          'pepper',
          `${name} is a ${there.type}: whoever may list parameters can name everybody in the ledger`,
          `keep the same value as a SecureString of another name, and name that as pepper: in stages/${stage}.yml`,
        ),
      ];
    if (await cloud.hasTable(`hatcheck-${stage}-ledger`))
      return [
        stops(
          'pepper',
          `${name} is gone, and the ledger of ${stage} names people by it: with another one everybody is a stranger`,
          'put the old value back, from wherever it is kept',
        ),
      ];
    mayBeMade = true;
    return [
      stops('pepper', `${name} is not there`, '--yes makes it, once and for ever: 32 random bytes that nobody sees'),
    ];
  });
  return { findings, mayBeMade };
};

/** 32 random bytes, which go to AWS and nowhere else. @throws CloudError */
export const makePepper = (
  cloud: Cloud,
  name: string,
  random: (bytes: number) => Buffer = randomBytes,
): Promise<void> => cloud.makeSecret(name, random(32).toString('base64'));
