import { AssertionRefused } from './assertion-refused.ts';
import type { AwsProvider } from './ports.ts';
import { jsonObject, memberOf } from './strict-json.ts';

/** A session token of AWS takes a kilobyte or two; nobody says how long one may become. */
const MAX_CHARACTERS = 16_384;
const MAX_AGE_MS = 60_000;
/** Ahead of our clock. */
const MAX_AHEAD_MS = 30_000;

/** All that they bring. */
interface ProofMembers {
  readonly audience: string;
  readonly authorization: string;
  readonly date: string;
  readonly nonce: string;
  readonly region: string;
  readonly token: string;
}

const MEMBER_COUNT = 6;

/**
 * A call of `GetCallerIdentity` that somebody signed and did not send. What is said is fixed: the method, the place, the body. They bring what differs from one
 * caller to another, and their signature.
 */
export interface AwsProof {
  readonly region: string;
  readonly signedAt: Date;
  /** As they are sent, each of them signed. */
  readonly headers: Readonly<Record<string, string>>;
  /** Of this proof and no other. */
  readonly signature: string;
}

/** `AWS4-HMAC-SHA256 Credential=…`: one service, one action's worth of headers, all of them and in this order (SigV4, canonical request). */
const AUTHORIZATION = new RegExp(
  '^AWS4-HMAC-SHA256 Credential=[A-Z0-9]{16,128}/(\\d{8})/([a-z0-9-]{1,32})/sts/aws4_request, ' +
    'SignedHeaders=content-type;host;x-amz-date;x-amz-security-token;x-hatcheck-audience;x-hatcheck-nonce, ' +
    'Signature=([0-9a-f]{64})$',
);
const DATE = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;
const NONCE = /^[A-Za-z0-9_-]{22,64}$/;
/** Of base64, and no header can hold anything else: nothing of it reaches the request line. */
const TOKEN = /^[A-Za-z0-9+/=_-]{16,12288}$/;

const CONTENT_TYPE = 'application/x-www-form-urlencoded; charset=utf-8';

/** Who is to be asked, as the proof itself says; nothing of it is believed yet. @throws AssertionRefused `too_large`, `malformed`, `audience` */
export const awsProviderOf = (
  providers: readonly AwsProvider[],
  subjectToken: string,
): { readonly provider: AwsProvider; readonly members: ProofMembers } => {
  if (subjectToken.length > MAX_CHARACTERS) throw new AssertionRefused('too_large');
  if (!/^[A-Za-z0-9_-]+$/.test(subjectToken)) throw new AssertionRefused('malformed');
  const members = membersIn(Buffer.from(subjectToken, 'base64url'));
  // Made out to us, by a name that the signature covers: what was signed for another server is nothing here.
  const provider = providers.find(({ audience }) => audience === members.audience);
  if (!provider) throw new AssertionRefused('audience');
  return { provider, members };
};

/** These and no others: six at the most, and each of six is there. */
const membersIn = (bytes: Buffer): ProofMembers => {
  const object = jsonObject(bytes, { maxDepth: 1, maxMembers: MEMBER_COUNT });
  const text = (name: keyof ProofMembers): string => {
    const value = object && memberOf(object, name);
    if (typeof value !== 'string') throw new AssertionRefused('malformed');
    return value;
  };
  return {
    ...{ audience: text('audience'), authorization: text('authorization'), date: text('date') },
    ...{ nonce: text('nonce'), region: text('region'), token: text('token') },
  };
};

/**
 * What may be sent to STS as it stands: to a region that access.yml names, within a minute of being signed.
 * @throws AssertionRefused `header`, `issuer` (another region), `too_old`, `not_yet_valid`
 */
export const checkedProof = (
  { regions, audience }: AwsProvider,
  { authorization, date, nonce, region, token }: ProofMembers,
  now: Date,
): AwsProof => {
  if (!regions.includes(region)) throw new AssertionRefused('issuer');
  const [, day, scopeRegion, signature] = AUTHORIZATION.exec(authorization) ?? [];
  const signedAt = instantOf(date);
  if (signature === undefined || signedAt === undefined || !NONCE.test(nonce) || !TOKEN.test(token))
    throw new AssertionRefused('header');
  if (day !== date.slice(0, 8) || scopeRegion !== region) throw new AssertionRefused('header');
  const ageMs = now.getTime() - signedAt.getTime();
  if (ageMs > MAX_AGE_MS) throw new AssertionRefused('too_old');
  if (ageMs < -MAX_AHEAD_MS) throw new AssertionRefused('not_yet_valid');
  return {
    ...{ region, signedAt, signature },
    headers: {
      ...{ authorization, 'content-type': CONTENT_TYPE, 'x-amz-date': date, 'x-amz-security-token': token },
      ...{ 'x-hatcheck-audience': audience, 'x-hatcheck-nonce': nonce },
    },
  };
};

const instantOf = (date: string): Date | undefined => {
  const parts = DATE.exec(date);
  // NB. of words that are no date at all, Date makes one of the year 2000.
  if (!parts) return undefined;
  const [, year, month, day, hour, minute, second] = parts;
  const instant = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}.000Z`);
  return Number.isNaN(instant.getTime()) ? undefined : instant;
};

/** When nobody takes it any more. */
export const proofUselessFrom = ({ signedAt }: AwsProof): string =>
  new Date(signedAt.getTime() + MAX_AGE_MS).toISOString();
