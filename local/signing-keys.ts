import { generateKeyPairSync } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import type { SigningKey } from './aws/kms/service.ts';
import type { LocalStack } from './template.ts';

/** CloudFormation reference, AWS::KMS::Key; what is not named here changes nothing on a laptop. */
const properties = z.object({
  KeySpec: z.enum(['RSA_2048', 'ECC_NIST_P256']),
  KeyUsage: z.literal('SIGN_VERIFY'),
  KeyPolicy: z.record(z.string(), z.unknown()),
});

/** PEM, by ARN. */
const keptSchema = z.record(z.string(), z.string());

/** The template's signing keys. What is not in `folder` yet is made, for this machine alone, and kept there. */
export const openSigningKeys = async (
  { resourcesOf }: Pick<LocalStack, 'resourcesOf'>,
  folder: string,
): Promise<readonly SigningKey[]> => {
  const file = join(folder, 'signing-keys.json');
  const before = await readFile(file, 'utf8').catch(() => '{}');
  const kept = keptSchema.parse(JSON.parse(before));
  const keys = resourcesOf('AWS::KMS::Key').map((key) => {
    const { KeySpec, KeyPolicy } = properties.parse(key.properties);
    const arn = key.attribute('Arn');
    return { arn, spec: KeySpec, policy: KeyPolicy, privateKey: kept[arn] ?? newKey(KeySpec) };
  });
  const all = { ...kept, ...Object.fromEntries(keys.map(({ arn, privateKey }) => [arn, privateKey])) };
  await writeFile(`${file}.new`, JSON.stringify(all), { mode: 0o600 });
  await rename(`${file}.new`, file);
  return keys;
};

const newKey = (spec: SigningKey['spec']): string =>
  (spec === 'RSA_2048'
    ? generateKeyPairSync('rsa', { modulusLength: 2048 })
    : generateKeyPairSync('ec', { namedCurve: 'P-256' })
  ).privateKey
    .export({ type: 'pkcs8', format: 'pem' })
    .toString();
