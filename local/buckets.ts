import { join } from 'node:path';
import * as z from 'zod';
import { folderShelf } from './aws/s3/shelf.ts';
import type { Bucket } from './aws/world.ts';
import type { LocalStack } from './template.ts';

const DAYS_OF_A_YEAR = 365;

const defaultRetention = z
  .object({
    Mode: z.enum(['GOVERNANCE', 'COMPLIANCE']),
    Days: z.coerce.number().optional(),
    Years: z.coerce.number().optional(),
  })
  .transform(({ Mode, Days, Years = 0 }) => ({ mode: Mode, days: Days ?? Years * DAYS_OF_A_YEAR }));

/** CloudFormation reference, AWS::S3::Bucket and AWS::S3::BucketPolicy; what is not named here changes nothing on a laptop. */
const bucketSchema = z.object({
  VersioningConfiguration: z.object({ Status: z.enum(['Enabled', 'Suspended']) }).optional(),
  ObjectLockEnabled: z.boolean().default(false),
  ObjectLockConfiguration: z
    .object({
      ObjectLockEnabled: z.literal('Enabled'),
      Rule: z.object({ DefaultRetention: defaultRetention }).optional(),
    })
    .optional(),
});
const policySchema = z.object({ Bucket: z.string(), PolicyDocument: z.record(z.string(), z.unknown()) });

/**
 * The buckets of the template, their objects kept in a folder each below `folder`. @throws ZodError where a property is not of its form, and
 * Error for a bucket that is locked without versions
 */
export const bucketsOf = ({ resourcesOf }: Pick<LocalStack, 'resourcesOf'>, folder: string): readonly Bucket[] => {
  const policies = resourcesOf('AWS::S3::BucketPolicy').map(({ properties }) => policySchema.parse(properties));
  return resourcesOf('AWS::S3::Bucket')
    .filter(isOurs)
    .map((bucket) => {
      const { VersioningConfiguration, ObjectLockEnabled, ObjectLockConfiguration } = bucketSchema.parse(
        bucket.properties,
      );
      const name = bucket.ref();
      const versioned = VersioningConfiguration?.Status === 'Enabled';
      if (ObjectLockEnabled && !versioned) throw new Error(`${bucket.logicalId}: Object Lock needs versions`);
      const byDefault = ObjectLockConfiguration?.Rule?.DefaultRetention;
      const policy = policies.find(({ Bucket }) => Bucket === name)?.PolicyDocument;
      return {
        ...{ name, objects: {}, versioned, shelf: folderShelf(join(folder, name)) },
        ...(ObjectLockEnabled && { lock: byDefault ? { byDefault } : {} }),
        ...(policy && { policy }),
      };
    });
};

/** The framework adds one for what it deploys. */
const isOurs = ({ logicalId }: { readonly logicalId: string }): boolean => logicalId !== 'ServerlessDeploymentBucket';
