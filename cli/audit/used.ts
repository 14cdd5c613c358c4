import { member, text } from '../json.ts';
import type { TrailRecord } from './cloudtrail.ts';

/** Something that was done with a role session of the request, as CloudTrail has it. */
export interface Used {
  readonly at: string;
  readonly id: string;
  readonly action: string;
  readonly accessKeyId: string;
  readonly region?: string;
  readonly sourceIp?: string;
  /** Why AWS said no. */
  readonly error?: string;
  /** It was done as somebody else than the requester: nothing that Hatcheck opened. */
  readonly otherIdentity?: string;
}

export interface OfWhom {
  readonly requestId: string;
  /** The source identity of all its role sessions. */
  readonly requester: string;
  /** Of the sessions that are on record. */
  readonly accessKeyIds: readonly string[];
}

const TAG = 'hatcheck-request';

/**
 * What CloudTrail has of the request's role sessions, by time: of those on record, of those that were opened with its session tag and source identity, and
 * of those that either opened in turn.
 */
export const usedIn = (records: readonly TrailRecord[], of: OfWhom): readonly Used[] => {
  const ordered = records.toSorted((a, b) => (a.at < b.at ? -1 : 1));
  const keys = new Set(of.accessKeyIds);
  // Opened by one of ours, however far down: CloudTrail does not promise its order.
  for (let known = -1; known !== keys.size;) {
    known = keys.size;
    for (const { record } of ordered) {
      const opened = text(member(member(record, 'responseElements'), 'credentials'), 'accessKeyId');
      if (opened !== undefined && (isTagged(record, of) || keys.has(keyIn(record) ?? ''))) keys.add(opened);
    }
  }
  return ordered.flatMap((each) => {
    const accessKeyId = keyIn(each.record);
    return accessKeyId !== undefined && keys.has(accessKeyId) ? [usedOf(each, accessKeyId, of)] : [];
  });
};

const keyIn = (record: unknown): string | undefined => text(member(record, 'userIdentity'), 'accessKeyId');

/** What STS was asked for, as CloudTrail shows it: tags of an AssumeRole, and those that a token or an assertion carried. */
const isTagged = (record: unknown, { requestId, requester }: OfWhom): boolean => {
  const asked = member(record, 'requestParameters');
  const tags = member(asked, 'tags');
  const own = Array.isArray(tags) && tags.some((tag) => text(tag, 'key') === TAG && text(tag, 'value') === requestId);
  const carried = text(member(asked, 'principalTags'), TAG) === requestId;
  const identity = text(asked, 'sourceIdentity') ?? text(member(record, 'responseElements'), 'sourceIdentity');
  return (own || carried) && identity === requester;
};

const usedOf = (
  { at, eventID, eventSource, eventName, record }: TrailRecord,
  accessKeyId: string,
  of: OfWhom,
): Used => {
  const session = member(member(record, 'userIdentity'), 'sessionContext');
  const identity = text(session, 'sourceIdentity');
  const [region, sourceIp, error] = ['awsRegion', 'sourceIPAddress', 'errorCode'].map((name) => text(record, name));
  return {
    ...{ at, id: eventID, action: `${eventSource.replace('.amazonaws.com', '')}:${eventName}`, accessKeyId },
    ...(region === undefined ? {} : { region }),
    ...(sourceIp === undefined ? {} : { sourceIp }),
    ...(error === undefined ? {} : { error }),
    ...(identity === undefined || identity === of.requester ? {} : { otherIdentity: identity }),
  };
};
