import * as z from 'zod';

/** CloudWatch's own bounds: a metric has 1 to 100 values, a directive 100 metrics, a set of dimensions 30. */
const value = z.union([z.number(), z.array(z.number()).min(1).max(100)]);

const metadata = z.strictObject({
  Timestamp: z.int().positive(),
  CloudWatchMetrics: z
    .array(
      z.strictObject({
        Namespace: z.string().regex(/^[A-Za-z0-9._\-#/:]{1,255}$/),
        Dimensions: z.array(z.array(z.string().min(1).max(250)).min(1).max(30)).min(1),
        Metrics: z
          .array(
            z.strictObject({
              Name: z.string().min(1).max(255),
              Unit: z.enum(['Count', 'Milliseconds', 'Seconds']),
            }),
          )
          .min(1)
          .max(100),
      }),
    )
    .min(1),
});

const MAX_BYTES = 256 * 1024;

/** What of a line CloudWatch would not take for metrics, by the CloudWatch User Guide, "Specification: Embedded metric format". */
export const emfFaults = (document: Readonly<Record<string, unknown>>): readonly string[] => {
  const read = metadata.safeParse(document['_aws']);
  if (!read.success) return read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  const directives = read.data.CloudWatchMetrics;
  return [
    ...directives
      .flatMap(({ Dimensions }) => Dimensions.flat())
      .filter((name) => !z.string().min(1).max(1024).safeParse(document[name]).success)
      .map((name) => `dimension ${name} is not there, or no text`),
    ...directives
      .flatMap(({ Metrics }) => Metrics)
      .filter(({ Name }) => !value.safeParse(document[Name]).success)
      .map(({ Name }) => `metric ${Name} is not there, or no numbers`),
    ...(Buffer.byteLength(JSON.stringify(document)) > MAX_BYTES ? ['too large'] : []),
  ];
};
