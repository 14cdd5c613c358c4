import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import * as z from 'zod/mini';
import type { Activity } from '../../lib/domain/access-review.ts';
import type { RoleCall } from '../../lib/domain/reconciliation.ts';
import { Failure } from '../failure.ts';
import { member, parseJson, text } from '../json.ts';

/** What of a record of CloudTrail's is gone by ("CloudTrail record contents"). */
const recordSchema = z.object({
  eventID: z.string(),
  eventTime: z.iso.datetime(),
  eventSource: z.string(),
  eventName: z.string(),
});

export interface Trail {
  readonly calls: readonly RoleCall[];
  readonly activity: readonly Activity[];
  /** Of its first and its last record, whatever they are of; absent where there is none. */
  readonly covers?: { readonly from: string; readonly to: string };
}

const MAX_BYTES = 512 * 1024 * 1024;

/** A record of CloudTrail's: what all of them have, and the whole of it. */
export type TrailRecord = z.infer<typeof recordSchema> & { readonly at: string; readonly record: unknown };

/**
 * What CloudTrail delivered: files as it writes them to S3 (`{"Records": […]}`, also .gz), what `aws cloudtrail lookup-events` answers, what `aws cloudtrail
 * get-query-results` answers to `SELECT eventJson`, or one record a line. A record that is in several of them counts once.
 * @throws Failure 2 for a file that is none of these; the file system's error
 */
export const readTrailRecords = async (files: readonly string[]): Promise<readonly TrailRecord[]> => {
  const records = new Map<string, unknown>();
  for (const file of files) {
    const found = recordsIn(await unpacked(file));
    if (!found) throw new Failure(2, `${file} is nothing that CloudTrail delivers`);
    for (const record of found) records.set(text(record, 'eventID') ?? '', record);
  }
  return [...records.values()].flatMap((record) => {
    const { success, data } = recordSchema.safeParse(record);
    return success ? [{ ...data, at: new Date(data.eventTime).toISOString(), record }] : [];
  });
};

/** @throws as `readTrailRecords` */
export const readTrail = async (files: readonly string[]): Promise<Trail> => {
  const known = await readTrailRecords(files);
  const times = known.map(({ at }) => at).sort();
  const [from, to] = [times[0], times.at(-1)];
  return {
    calls: known.flatMap((each) => callOf(each) ?? []),
    activity: known.flatMap((each) => activityOf(each) ?? []),
    ...(from !== undefined && to !== undefined ? { covers: { from, to } } : {}),
  };
};

const unpacked = async (file: string): Promise<string> => {
  const bytes = await readFile(file);
  // RFC 1952 §2.3.1: how every gzip file begins.
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  return (isGzip ? gunzipSync(bytes, { maxOutputLength: MAX_BYTES }) : bytes).toString('utf8');
};

const recordsIn = (content: string): readonly unknown[] | undefined => {
  const whole = parseJson(content);
  const records = list(member(whole, 'Records'));
  if (records) return records;
  const events = list(member(whole, 'Events'));
  if (events) return events.map((event) => parseJson(text(event, 'CloudTrailEvent') ?? ''));
  const rows = list(member(whole, 'QueryResultRows'));
  if (rows) return recordsOfLake(rows);
  const lines = content.split('\n').filter((line) => line.trim() !== '');
  const each = lines.map(parseJson);
  return each.length > 0 && each.every((record) => text(record, 'eventID') !== undefined) ? each : undefined;
};

/** Of CloudTrail Lake: each row is a list of columns, the one that counts being the record as JSON. */
const recordsOfLake = (rows: readonly unknown[]): readonly unknown[] | undefined => {
  const records = rows.map((row) => {
    const column = list(row)?.find((each) => text(each, 'eventJson') !== undefined);
    return parseJson(text(column, 'eventJson') ?? '');
  });
  return records.every((record) => text(record, 'eventID') !== undefined) ? records : undefined;
};

const list = (value: unknown): readonly unknown[] | undefined => (Array.isArray(value) ? value : undefined);

const callOf = ({ eventID: id, eventSource, eventName, at, record }: TrailRecord): RoleCall | undefined => {
  const [asked, answered] = [member(record, 'requestParameters'), member(record, 'responseElements')];
  const roleArn = text(asked, 'roleArn');
  if (eventSource !== 'sts.amazonaws.com' || !eventName.startsWith('AssumeRole') || roleArn === undefined)
    return undefined;
  const accessKeyId = text(member(answered, 'credentials'), 'accessKeyId');
  const sourceIdentity = text(asked, 'sourceIdentity') ?? text(answered, 'sourceIdentity');
  return { id, at, roleArn, ...(accessKeyId ? { accessKeyId } : {}), ...(sourceIdentity ? { sourceIdentity } : {}) };
};

const activityOf = ({ eventSource, eventName, at, record }: TrailRecord): Activity | undefined => {
  const accessKeyId = text(member(record, 'userIdentity'), 'accessKeyId');
  const action = `${eventSource.replace('.amazonaws.com', '')}:${eventName}`;
  return accessKeyId === undefined ? undefined : { at, accessKeyId, action };
};
