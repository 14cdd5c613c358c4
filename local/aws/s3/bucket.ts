import { AwsFault } from '../fault.ts';
import { type Authorising, authorise, isAllowed } from '../service.ts';
import type { ServiceCall } from '../service.ts';
import type { Bucket } from '../world.ts';
import type { Store } from './store.ts';

/** A call about a bucket, which may not exist. */
export interface BucketCall extends ServiceCall {
  readonly bucketName: string;
  /** '' where the call is about the bucket itself. */
  readonly key: string;
  readonly query: URLSearchParams;
  readonly storeOf: (bucket: Bucket) => Store;
}

type More = NonNullable<Authorising['more']>;

const find = ({ world, role, bucketName }: BucketCall): Bucket | undefined =>
  world.bucketsOf(role.account).find(({ name }) => name === bucketName);

const policyOf = (call: BucketCall): Authorising['resourcePolicy'] =>
  find(call) && call.world.bucketPolicy(call.bucketName);

/** S3 ARNs name neither region nor account. */
export const s3Arn = (partition: string, resource: string): string => `arn:${partition}:s3:::${resource}`;

const bucketArn = ({ role, bucketName }: BucketCall): string => s3Arn(role.partition, bucketName);
const objectArn = ({ role, bucketName, key }: BucketCall): string => s3Arn(role.partition, `${bucketName}/${key}`);

/** Throws the denial unless the caller may do this to the bucket, by their own policies and the bucket's. */
export const authoriseBucket = (call: BucketCall, action: string, more: More = []): void => {
  authorise(call, action, bucketArn(call), { more, resourcePolicy: policyOf(call) });
};

/** The same of an object. */
export const authoriseObject = (call: BucketCall, action: string, more: More = []): void => {
  authorise(call, action, objectArn(call), { more, resourcePolicy: policyOf(call) });
};

/** Whether the caller asks to go past GOVERNANCE, and may. */
export const bypasses = (call: BucketCall): boolean => {
  if (call.request.headers.get('x-amz-bypass-governance-retention') !== 'true') return false;
  return isAllowed(call, 's3:BypassGovernanceRetention', objectArn(call), policyOf(call));
};

/** The caller's bucket. Another account's is refused in the same words whether it exists or not. */
export const ownBucket = (call: BucketCall): Bucket => {
  const bucket = find(call);
  if (!bucket) throw new AwsFault(404, 'NoSuchBucket', 'The specified bucket does not exist');
  return bucket;
};
