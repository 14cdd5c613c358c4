import type { BoundedAnswer, BoundedFetch } from '../outbound/bounded-fetch.ts';
import { partitionOfRegion } from '../domain/partition.ts';
import { AssertionRefused, ProviderUnavailable } from './assertion-refused.ts';
import { type AwsProof, awsProviderOf, checkedProof, proofUselessFrom } from './aws-proof.ts';
import type { AwsProvider } from './ports.ts';
import type { SignInParts, Vouched } from './sign-in.ts';
import type { SubjectToken } from './subject-token.ts';
import { useOnce } from './use-once.ts';

export interface AwsCallerParts extends SignInParts {
  readonly askSts: BoundedFetch;
  /** Only where something stands in for AWS. */
  readonly stsEndpoint?: string;
}

/** The one thing that is ever asked (STS API reference, GetCallerIdentity). */
const BODY = { Action: 'GetCallerIdentity', Version: '2011-06-15' };

/**
 * Who signed a `GetCallerIdentity`, as AWS itself says when it is sent.
 * @throws AssertionRefused `too_large`, `malformed`, `audience`
 */
export const awsCallerSubject = (parts: AwsCallerParts, subjectToken: string): SubjectToken => {
  const configured = parts.providers.filter((each) => each.type === 'aws-workload');
  const { provider, members } = awsProviderOf(configured, subjectToken);
  const verify = async (): Promise<Vouched> => {
    const proof = checkedProof(provider, members, new Date(parts.clock.now()));
    const caller = callerIn(await answered(parts, proof));
    const role = provider.roles.find(({ account, name }) => account === caller.account && name === caller.roleName);
    if (!role) throw new AssertionRefused('not_matched', { subject: subjectOf(caller) });
    if (!(await useOnce(parts.replayGuard, `aws-proof#${proof.signature}`, proofUselessFrom(proof))))
      throw new AssertionRefused('replayed', { subject: subjectOf(caller) });
    return vouched(provider, caller, proof);
  };
  return { provider, verify };
};

/** A place that we make from a name in access.yml, and nobody else. */
const endpointOf = ({ stsEndpoint }: AwsCallerParts, region: string): URL =>
  new URL(stsEndpoint ?? `https://sts.${region}.amazonaws.com${partitionOfRegion(region) === 'aws-cn' ? '.cn' : ''}/`);

const answered = async (parts: AwsCallerParts, { region, headers }: AwsProof): Promise<string> => {
  const request = { headers: { ...headers, accept: 'text/xml' }, form: new URLSearchParams(BODY) };
  const answer: BoundedAnswer = await parts.askSts(endpointOf(parts, region), request).catch((cause: unknown) => {
    throw new ProviderUnavailable('STS did not answer', { cause });
  });
  const { status } = answer;
  if (status === 429 || status >= 500) throw new ProviderUnavailable(`STS answered ${status}`);
  // Not signed by whom it says, or not for this host, or over: AWS says which to nobody but the signer.
  if (status !== 200) throw new AssertionRefused('signature');
  return Buffer.from(answer.bytes).toString('utf8');
};

interface Caller {
  readonly account: string;
  readonly roleName: string;
  /** `AROA…`: of this role, and not of a later one of its name. */
  readonly roleId: string;
}

/** Each element once, between the tags that hold it and no others. What stands in them is of AWS's making, down to the session's name. */
const ANSWER = new RegExp(
  '^\\s*(?:<\\?xml[^<>]*\\?>\\s*)?<GetCallerIdentityResponse xmlns="https://sts\\.amazonaws\\.com/doc/2011-06-15/">\\s*' +
    '<GetCallerIdentityResult>\\s*((?:<(?:Arn|UserId|Account)>[^<>&]{1,2048}</(?:Arn|UserId|Account)>\\s*){3})</GetCallerIdentityResult>\\s*' +
    '<ResponseMetadata>\\s*<RequestId>[A-Za-z0-9-]{1,64}</RequestId>\\s*</ResponseMetadata>\\s*</GetCallerIdentityResponse>\\s*$',
);

/** A role's session, and nothing else: users and roots have keys that last. */
const ARN =
  /^arn:(?:aws|aws-us-gov|aws-cn):sts::(\d{12}):assumed-role\/([A-Za-z0-9_+=,.@-]{1,64})\/([A-Za-z0-9_+=,.@-]{2,64})$/;
const USER_ID = /^(AROA[A-Z0-9]{12,124}):([A-Za-z0-9_+=,.@-]{2,64})$/;

/** @throws AssertionRefused `subject`: it is not a role's session; ProviderUnavailable: it is no answer of STS */
const callerIn = (xml: string): Caller => {
  const [, elements = ''] = ANSWER.exec(xml) ?? [];
  const found = new Map(
    [...elements.matchAll(/<(\w+)>([^<>]*)<\/\1>/g)].map(([, name, text]) => [name, text] as const),
  );
  const [arn, userId, account] = ['Arn', 'UserId', 'Account'].map((name) => found.get(name));
  if (arn === undefined || userId === undefined || account === undefined)
    throw new ProviderUnavailable('STS answered something else');
  const [, arnAccount, roleName, arnSession] = ARN.exec(arn) ?? [];
  const [, roleId, session] = USER_ID.exec(userId) ?? [];
  if (roleName === undefined || roleId === undefined || arnAccount !== account || arnSession !== session)
    throw new AssertionRefused('subject');
  return { account, roleName, roleId };
};

const subjectOf = ({ account, roleId }: Caller): string => `${account}:${roleId}`;

/** The principal is the role, whichever of its sessions asks. */
const vouched = ({ issuer, groups }: AwsProvider, caller: Caller, { signedAt }: AwsProof): Vouched => {
  const [subject, at] = [subjectOf(caller), signedAt.toISOString()];
  return {
    ...{ issuer, subject },
    principal: (handle) => ({
      ...{ handle, issuer, subject, kind: 'workload', displayName: `${caller.roleName} in ${caller.account}`, groups },
      ...{ groupsAt: at, authenticatedAt: at, methods: [] },
    }),
  };
};
