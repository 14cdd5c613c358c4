import type { Context } from './policy/glob.ts';
import type { RoleSession } from './session.ts';
import type { LoadedRole } from './world.ts';

/** Who asks, from where and when. */
export interface RequestFacts {
  readonly role: LoadedRole;
  readonly session: RoleSession;
  readonly region: string;
  readonly now: Date;
  readonly sourceIp: string;
}

/** Global condition keys of a request by a role session, and `more` that belong to the operation. */
export function requestContext(facts: RequestFacts, more: Iterable<readonly [string, readonly string[]]>): Context {
  const { role, session, region, now, sourceIp } = facts;
  const context = new Map<string, readonly string[]>([
    ['aws:principalarn', [role.arn]],
    ['aws:principalaccount', [role.account]],
    ['aws:principaltype', ['AssumedRole']],
    ['aws:userid', [`${role.id}:${session.name}`]],
    ['aws:currenttime', [now.toISOString()]],
    ['aws:epochtime', [String(Math.floor(now.getTime() / 1000))]],
    ['aws:tokenissuetime', [new Date(session.issuedAt).toISOString()]],
    ['aws:requestedregion', [region]],
    ['aws:sourceip', [sourceIp]],
    // Nothing here calls on in somebody's name.
    ['aws:viaawsservice', ['false']],
    // Loopback stands in for TLS: "false" would make every deny-unless-TLS policy refuse everything on a laptop.
    ['aws:securetransport', ['true']],
  ]);
  if (session.sourceIdentity !== undefined) context.set('aws:sourceidentity', [session.sourceIdentity]);
  if (session.federatedProvider !== undefined) context.set('aws:federatedprovider', [session.federatedProvider]);
  // A session tag hides the role's own tag of the same key.
  for (const [key, value] of [...Object.entries(role.tags), ...Object.entries(session.tags)]) {
    context.set(`aws:principaltag/${key.toLowerCase()}`, [value]);
  }
  for (const [key, values] of more) context.set(key.toLowerCase(), values);
  return context;
}
