import { hash } from 'node:crypto';
import { PutObjectCommand, S3ServiceException, type S3Client } from '@aws-sdk/client-s3';
import type { ExportBucket } from '../broker/export/ports.ts';
import { HatcheckError, refuse } from '../domain/errors.ts';

/** The bucket, which must have Object Lock: a date that S3 does not keep is refused by it. */
export const s3ExportBucket = ({
  client,
  bucket,
}: {
  readonly client: S3Client;
  readonly bucket: string;
}): ExportBucket => ({
  put: async ({ name, content, type, keptUntil }) => {
    const Body = Buffer.from(content);
    try {
      await client.send(
        new PutObjectCommand({
          ...{ Bucket: bucket, Key: name, Body, ContentType: type },
          // What is there stays, and a put whose answer was lost is found there by the next try.
          IfNoneMatch: '*',
          ChecksumSHA256: hash('sha256', Body, 'base64'),
          ...{ ObjectLockMode: 'COMPLIANCE', ObjectLockRetainUntilDate: new Date(keptUntil) },
        }),
      );
      return 'written';
    } catch (cause) {
      if (cause instanceof S3ServiceException && cause.$metadata.httpStatusCode === 412) return 'there';
      throw new HatcheckError(refuse('aws_unavailable', 'a file of the export was not taken'), { cause });
    }
  },
});
