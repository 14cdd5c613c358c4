import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { LocalAws } from '../../../local/aws/server.ts';
import { BROKER, BROKER_ACCOUNT, start, world } from './small-world.ts';

/** Debian's package has it there; anything else called `aws` may be a shim of who knows what. */
const AWS = process.env['HATCHECK_AWS_CLI'] ?? '/usr/bin/aws';
const run = promisify(execFile);
const suite = existsSync(AWS) ? describe : describe.skip;

suite(`S3 with the AWS CLI (${existsSync(AWS) ? AWS : `missing: ${AWS}`})`, () => {
  let aws: LocalAws;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hatcheck-s3-cli-'));
    const { accounts, ...rest } = world();
    const lock = { byDefault: { mode: 'COMPLIANCE', days: 10 } } as const;
    const objects = Object.fromEntries(Array.from({ length: 1203 }, (_, i) => [`many/${i}`, 'x']));
    const buckets = [
      { name: 'locked', objects: {}, versioned: true, lock },
      { name: 'plain', objects },
    ];
    aws = await start({ world: { ...rest, accounts: { ...accounts, [BROKER_ACCOUNT]: { buckets } } } });
  });
  afterAll(async () => {
    await aws.close();
    await rm(folder, { recursive: true, force: true });
  });

  const cli = async (...words: string[]): Promise<string> => {
    const credentials = aws.credentialsFor(BROKER, 'session');
    const env = {
      ...{ PATH: '/usr/bin:/bin', HOME: folder, AWS_DEFAULT_REGION: 'eu-west-1' },
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      AWS_SESSION_TOKEN: credentials.sessionToken,
    };
    const { stdout } = await run(AWS, ['--endpoint-url', aws.endpoint, '--output', 'json', ...words], {
      ...{ env, cwd: folder, maxBuffer: 10_000_000 },
    });
    return stdout;
  };
  const api = (command: string, ...words: string[]) =>
    cli('s3api', command, '--bucket', 'locked', '--key', 'a', ...words);
  const until = '2100-01-01T00:00:00Z';

  test('a put with a lock is kept by it: neither deleted nor let go sooner', async () => {
    await writeFile(join(folder, 'body'), 'hello');
    const lock = ['--object-lock-mode', 'COMPLIANCE', '--object-lock-retain-until-date', until];
    const put = JSON.parse(
      await api('put-object', '--body', 'body', '--checksum-algorithm', 'SHA256', ...lock),
    ) as object;
    expect(put).toMatchObject({ VersionId: expect.any(String), ChecksumSHA256: expect.any(String) });
    expect(JSON.parse(await api('get-object-retention'))).toEqual({
      Retention: { Mode: 'COMPLIANCE', RetainUntilDate: '2100-01-01T00:00:00+00:00' },
    });
    const { VersionId } = put as { VersionId: string };
    const sooner = 'Mode=COMPLIANCE,RetainUntilDate=2099-01-01T00:00:00Z';
    for (const refused of [
      api('delete-object', '--version-id', VersionId),
      api('delete-object', '--version-id', VersionId, '--bypass-governance-retention'),
      api('put-object-retention', '--retention', sooner),
    ]) {
      await expect(refused).rejects.toMatchObject({ stderr: expect.stringContaining('AccessDenied') });
    }
    await api('put-object-retention', '--retention', 'Mode=COMPLIANCE,RetainUntilDate=2101-01-01T00:00:00Z');
    const configuration = JSON.parse(
      await cli('s3api', 'get-object-lock-configuration', '--bucket', 'locked'),
    ) as unknown;
    expect(configuration).toMatchObject({ ObjectLockConfiguration: { ObjectLockEnabled: 'Enabled' } });
    expect(JSON.parse(await cli('s3api', 'get-bucket-versioning', '--bucket', 'locked'))).toEqual({
      Status: 'Enabled',
    });
  });

  test('sync brings up and down what has changed, and a large file in ranges', async () => {
    await mkdir(join(folder, 'up', 'deep er'), { recursive: true });
    const large = randomBytes(7_900_000);
    await writeFile(join(folder, 'up', 'deep er', 'é.bin'), large);
    await writeFile(join(folder, 'up', 'small'), 'small');
    await cli('s3', 'sync', 'up', 's3://plain/up');
    for (const name of ['multipart_threshold', 'multipart_chunksize'])
      await cli('configure', 'set', `default.s3.${name}`, '5MB');
    await cli('s3', 'sync', 's3://plain/up', 'down');
    expect((await readFile(join(folder, 'down', 'deep er', 'é.bin'))).equals(large)).toBe(true);
    expect(await readFile(join(folder, 'down', 'small'), 'utf8')).toBe('small');
    const ranges = aws.calls.filter(({ action }) => action === 's3:GetObject').length;
    expect(ranges).toBeGreaterThan(2);
    expect(await cli('s3', 'sync', 's3://plain/up', 'down')).toBe('');
  });

  test('more than a page of objects comes down whole', async () => {
    await cli('s3', 'sync', '--quiet', 's3://plain/many', 'many');
    expect(await readdir(join(folder, 'many'))).toHaveLength(1203);
  });
});
