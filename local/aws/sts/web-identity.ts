import { createLocalJWKSet, decodeJwt, errors, jwtVerify } from 'jose';
import * as z from 'zod';
import { AwsFault } from '../fault.ts';
import type { UnsignedCall } from '../service.ts';
import type { OidcProvider } from '../world.ts';
import { NAME, POLICY, readDuration, refuseUnsupported, ROLE_ARN } from './assume-role-input.ts';
import type { AssumedRole } from './assume-role.ts';
import { openFederated } from './federated.ts';
import { issuerKeys } from './issuer-keys.ts';
import { Validation } from './parameters.ts';
import type { Parameters } from '../query.ts';

/** IAM user guide, OIDC federation: EdDSA and PSS are not among them. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512'];

const claimsSchema = z.object({
  iss: z.string(),
  sub: z.string().min(1),
  aud: z.union([z.string(), z.array(z.string()).min(1)]),
  azp: z.string().optional(),
  amr: z.array(z.string()).default([]),
  iat: z.number(),
  exp: z.number(),
  'https://aws.amazon.com/tags': z
    .object({
      principal_tags: z.record(z.string(), z.tuple([z.string()])).default({}),
      transitive_tag_keys: z.array(z.string()).default([]),
    })
    .default({ principal_tags: {}, transitive_tag_keys: [] }),
  'https://aws.amazon.com/source_identity': z.string().optional(),
});

type Claims = z.infer<typeof claimsSchema>;

export interface AssumedByWebIdentity extends AssumedRole {
  readonly subject: string;
  readonly audience: string;
  /** The provider's ARN. */
  readonly provider: string;
}

/** Opens a role session for a token of an OpenID provider that the role's account trusts. Throws AwsFaults with the codes of STS. */
export async function assumeRoleWithWebIdentity(
  call: UnsignedCall,
  parameters: Parameters,
): Promise<AssumedByWebIdentity> {
  const input = readInput(parameters);
  call.notes.resource = input.roleArn;
  const [, partition = 'aws', , , account = ''] = input.roleArn.split(':');
  const provider = providerOf(call, account, input.token);
  const claims = await verified(input.token, provider, call.now);
  const audience = audienceOf(claims, provider);
  const host = provider.issuer.replace(/^https?:\/\//, '');
  const providerArn = `arn:${partition}:iam::${account}:oidc-provider/${host}`;
  const tags = claims['https://aws.amazon.com/tags'];
  const assumed = openFederated(call, {
    ...{ action: 'sts:AssumeRoleWithWebIdentity', provider: providerArn },
    ...{ roleArn: input.roleArn, roleSessionName: input.roleSessionName },
    ...{ durationSeconds: input.durationSeconds, policy: input.policy },
    sourceIdentity: claims['https://aws.amazon.com/source_identity'],
    tags: Object.fromEntries(Object.entries(tags.principal_tags).map(([key, [value]]) => [key, value])),
    transitiveTagKeys: tags.transitive_tag_keys,
    claims: [
      [`${host}:aud`, [audience]],
      [`${host}:sub`, [claims.sub]],
      ...(claims.amr.length > 0 ? [[`${host}:amr`, claims.amr] as const] : []),
      ...(Array.isArray(claims.aud) ? [[`${host}:oaud`, claims.aud] as const] : []),
    ],
  });
  return { ...assumed, subject: claims.sub, audience, provider: providerArn };
}

function readInput(parameters: Parameters) {
  const input = {
    roleArn: parameters.get('RoleArn') ?? '',
    roleSessionName: parameters.get('RoleSessionName') ?? '',
    token: parameters.get('WebIdentityToken') ?? '',
    policy: parameters.get('Policy'),
    durationSeconds: readDuration(parameters.get('DurationSeconds')),
  };
  const validation = new Validation();
  validation.text('roleArn', parameters.get('RoleArn'), ROLE_ARN);
  validation.text('roleSessionName', parameters.get('RoleSessionName'), NAME);
  // The value of a token that is too long is not repeated.
  validation.number('webIdentityToken.length', input.token.length, 4, 20_000);
  validation.number('durationSeconds', input.durationSeconds, 900, 43_200);
  if (input.policy !== undefined) validation.text('policy', input.policy, POLICY);
  validation.finish();
  refuseUnsupported(parameters);
  return input;
}

function providerOf(call: UnsignedCall, account: string, token: string): OidcProvider {
  const issuer = unverifiedIssuer(token);
  const provider = call.world.oidcProvider(account, issuer);
  if (provider) return provider;
  throw invalid(`No OpenIDConnect provider found in your account for ${issuer}`);
}

function unverifiedIssuer(token: string): string {
  try {
    return decodeJwt(token).iss ?? '';
  } catch {
    throw invalid('The ID Token provided is not a valid JWT');
  }
}

async function verified(token: string, { issuer }: OidcProvider, now: Date): Promise<Claims> {
  const keys = createLocalJWKSet(await issuerKeys(issuer));
  try {
    const { payload } = await jwtVerify(token, keys, { algorithms: ALGORITHMS, issuer, currentDate: now });
    const claims = claimsSchema.safeParse(payload);
    if (!claims.success)
      throw invalid(`Missing a required claim, or one is malformed: ${z.prettifyError(claims.error)}`);
    if (claims.data.iat > now.getTime() / 1000 + 300) throw invalid('Token was issued in the future');
    return claims.data;
  } catch (cause) {
    if (cause instanceof errors.JWTExpired)
      throw new AwsFault(
        400,
        'ExpiredTokenException',
        'Token expired: current date/time must be before the expiration',
      );
    if (cause instanceof errors.JOSEError) throw invalid(`The token was not accepted: ${cause.code}`);
    throw cause;
  }
}

/** Of several audiences the authorized party is the one that counts (IAM user guide, keys of OIDC federation). */
function audienceOf({ aud, azp }: Claims, { clientIds }: OidcProvider): string {
  const audience = typeof aud === 'string' ? aud : aud.length === 1 ? aud[0] : azp;
  if (audience === undefined || !clientIds.includes(audience)) throw invalid('Incorrect token audience');
  return audience;
}

function invalid(message: string): AwsFault {
  return new AwsFault(400, 'InvalidIdentityToken', message);
}
