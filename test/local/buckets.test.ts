import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { bucketsOf } from '../../local/buckets.ts';
import { readTemplate } from '../../local/template.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hatcheck-buckets-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const bucketOf = (Properties: object, more: object = {}) => {
  const pseudo = { accountId: '777788889999', region: 'eu-west-1', partition: 'aws', stackName: 'test' };
  const Resources = {
    Export: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'export', ...Properties } },
    ...more,
  };
  return bucketsOf(readTemplate({ Resources }, pseudo, '/nowhere'), folder)[0];
};
const VersioningConfiguration = { Status: 'Enabled' };
const lockedFor = (retention: object) => ({
  ...{ VersioningConfiguration, ObjectLockEnabled: true },
  ObjectLockConfiguration: { ObjectLockEnabled: 'Enabled', Rule: { DefaultRetention: retention } },
});

test('a bucket without more has no versions and no lock, and a folder of its own', () => {
  expect(bucketOf({})).toEqual({ name: 'export', objects: {}, versioned: false, shelf: expect.any(Object) });
  expect(existsSync(join(folder, 'export'))).toBe(true);
});

test.each([
  [
    { Mode: 'COMPLIANCE', Days: 2557 },
    { mode: 'COMPLIANCE', days: 2557 },
  ],
  [
    { Mode: 'COMPLIANCE', Days: '2557' },
    { mode: 'COMPLIANCE', days: 2557 },
  ],
  [
    { Mode: 'GOVERNANCE', Years: 7 },
    { mode: 'GOVERNANCE', days: 2555 },
  ],
])('it is locked as the template says: %j', (retention, byDefault) => {
  expect(bucketOf(lockedFor(retention))).toMatchObject({ versioned: true, lock: { byDefault } });
});

test('a lock without a default locks what says so itself', () => {
  expect(bucketOf({ VersioningConfiguration, ObjectLockEnabled: true })?.lock).toEqual({});
});

test('its policy is the one that names it', () => {
  const PolicyDocument = { Version: '2012-10-17', Statement: [] };
  const policy = (Bucket: unknown) => ({ Type: 'AWS::S3::BucketPolicy', Properties: { Bucket, PolicyDocument } });
  expect(bucketOf({}, { Policy: policy({ Ref: 'Export' }) })?.policy).toEqual(PolicyDocument);
  expect(bucketOf({}, { Policy: policy('other') })).not.toHaveProperty('policy');
});

test.each([
  ['a lock without versions', { ObjectLockEnabled: true }],
  ['a mode that is none', lockedFor({ Mode: 'FOREVER', Days: 1 })],
])('%s is refused: better no start than one that differs from what is deployed', (_, properties) => {
  expect(() => bucketOf(properties)).toThrow();
});
