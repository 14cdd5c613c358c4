import { AwsFault } from '../fault.ts';
import { parsePolicy } from '../policy/document.ts';
import type { Policy, PolicyDocument } from '../policy/document.ts';

export interface PolicyVersion {
  /** `v1` and on; a number that was deleted does not come back. */
  readonly id: string;
  /** As it was sent. */
  readonly text: string;
  readonly createdAt: Date;
  readonly policy: Policy;
}

export interface ManagedPolicy {
  readonly arn: string;
  readonly versions: readonly PolicyVersion[];
  readonly defaultId: string;
}

/** Customer managed policies, here used as permissions boundaries only. Every fault is an AwsFault of IAM. */
export interface ManagedPolicies {
  /** Throws NoSuchEntity. */
  readonly get: (arn: string) => ManagedPolicy;
  /** The default version, if there is such a policy. */
  readonly current: (arn: string) => Policy | undefined;
  /** Adds a policy with one version, or replaces the one of that ARN. Throws a PolicyFault or TypeError. */
  readonly put: (arn: string, document: PolicyDocument) => void;
  /** Throws LimitExceeded, MalformedPolicyDocument, NoSuchEntity. */
  readonly createVersion: (arn: string, text: string, asDefault: boolean, now: Date) => PolicyVersion;
  /** Throws NoSuchEntity. */
  readonly setDefault: (arn: string, id: string) => void;
  /** Throws DeleteConflict for the default version, NoSuchEntity. */
  readonly deleteVersion: (arn: string, id: string) => void;
}

/** "IAM and AWS STS quotas": versions stored of one managed policy, and characters of one, "white space" not counted. */
const MAX_VERSIONS = 5;
const MAX_CHARACTERS = 6144;

const POLICY_ARN = /^arn:(?:aws|aws-cn|aws-us-gov):iam::\d{12}:policy\/(?:[\x21-\x7e]{0,510}\/)?[\w+=,.@-]{1,128}$/;

/** @param onDefault is told the text of each version that becomes the default one, before anybody hears that it has */
export const createManagedPolicies = (
  documents: Readonly<Record<string, PolicyDocument>>,
  onDefault: (arn: string, text: string) => void = () => undefined,
): ManagedPolicies => {
  const policies = new Map<string, ManagedPolicy>();
  const get = (arn: string): ManagedPolicy => {
    const found = policies.get(arn);
    if (!found) throw new AwsFault(404, 'NoSuchEntity', `Policy ${arn} was not found.`);
    return found;
  };
  const put = (arn: string, document: PolicyDocument): void => {
    if (!POLICY_ARN.test(arn)) throw new TypeError(`"${arn}" is no policy ARN`);
    const version = versionOf('v1', JSON.stringify(document), parsePolicy(document, 'boundary', arn), new Date(0));
    policies.set(arn, { arn, versions: [version], defaultId: version.id });
  };
  for (const [arn, document] of Object.entries(documents)) put(arn, document);
  return {
    get,
    put,
    current: (arn) => {
      const policy = policies.get(arn);
      return policy?.versions.find(({ id }) => id === policy.defaultId)?.policy;
    },
    createVersion: (arn, text, asDefault, now) => {
      const { versions, defaultId } = get(arn);
      const policy = read(text, arn);
      if (versions.length >= MAX_VERSIONS) {
        const message = `A managed policy can have up to ${MAX_VERSIONS} versions. Before you create a new version, you must delete an existing version.`;
        throw new AwsFault(409, 'LimitExceeded', message);
      }
      const version = versionOf(`v${1 + numberOf(versions.at(-1))}`, text, policy, now);
      if (asDefault) onDefault(arn, text);
      policies.set(arn, { arn, versions: [...versions, version], defaultId: asDefault ? version.id : defaultId });
      return version;
    },
    setDefault: (arn, id) => {
      onDefault(arn, versionIn(get(arn), id).text);
      policies.set(arn, { ...get(arn), defaultId: id });
    },
    deleteVersion: (arn, id) => {
      const policy = get(arn);
      if (versionIn(policy, id).id === policy.defaultId) {
        throw new AwsFault(409, 'DeleteConflict', 'Cannot delete the default version of a policy.');
      }
      policies.set(arn, { ...policy, versions: policy.versions.filter((version) => version.id !== id) });
    },
  };
};

/** Throws NoSuchEntity. */
export const versionIn = ({ arn, versions }: ManagedPolicy, id: string): PolicyVersion => {
  const found = versions.find((version) => version.id === id);
  if (!found)
    throw new AwsFault(404, 'NoSuchEntity', `Policy ${arn} version ${id} does not exist or is not attachable.`);
  return found;
};

const versionOf = (id: string, text: string, policy: Policy, createdAt: Date): PolicyVersion => ({
  ...{ id, text, policy, createdAt },
});

/** NB. The newest is never deleted before the default is another: IAM too counts on from the last one that there was. */
const numberOf = (last: PolicyVersion | undefined): number => Number(last?.id.slice(1) ?? 0);

const read = (text: string, arn: string): Policy => {
  if (text.replace(/\s/g, '').length > MAX_CHARACTERS) {
    throw new AwsFault(409, 'LimitExceeded', `Cannot exceed quota for PolicySize: ${MAX_CHARACTERS}`);
  }
  try {
    return parsePolicy(JSON.parse(text), 'boundary', arn);
  } catch (cause) {
    const message = cause instanceof SyntaxError ? 'This policy contains invalid Json' : 'Syntax errors in policy.';
    throw new AwsFault(400, 'MalformedPolicyDocument', message, cause instanceof Error ? cause.message : undefined);
  }
};
