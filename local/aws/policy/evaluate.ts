import type { Policy, PolicyKind, Statement } from './document.ts';
import type { Context } from './glob.ts';
import type { Caller, Naming } from './principals.ts';

/** One thing that somebody asks to do. */
export interface AccessRequest {
  readonly caller: Caller;
  readonly action: string;
  /** An ARN, or `*` for actions that have no resource. */
  readonly resource: string;
  readonly context: Context;
}

/** Everything that has a say in a request. What is absent has none. */
export interface ApplicablePolicies {
  readonly identity: readonly Policy[];
  readonly boundary?: Policy | undefined;
  readonly session?: Policy | undefined;
  readonly resource?: Policy | undefined;
}

export type Decision =
  | { readonly allowed: true; readonly reason: string }
  | {
      readonly allowed: false;
      readonly explicit: boolean;
      readonly kind: PolicyKind;
      /** What decided, by policy name and statement, for whoever runs the server; `describeDenial` is AWS's wording. */
      readonly reason: string;
    };

const WORDS: Readonly<Record<PolicyKind, { article: string; words: string }>> = {
  identity: { article: 'an', words: 'identity-based policy' },
  boundary: { article: 'a', words: 'permissions boundary' },
  session: { article: 'a', words: 'session policy' },
  trust: { article: 'a', words: 'resource-based policy' },
  resource: { article: 'a', words: 'resource-based policy' },
};

/**
 * Decides as IAM does within one account: an explicit deny anywhere wins; otherwise the identity policies (or a resource
 * policy that names the caller itself) must allow, and so must the permissions boundary and the session policy, each by itself.
 */
export function evaluate(request: AccessRequest, policies: ApplicablePolicies): Decision {
  const { identity, boundary, session, resource } = policies;
  const limits = [boundary, session].filter((policy) => policy !== undefined);
  const all = [...identity, ...limits, ...(resource ? [resource] : [])];
  const denial = explicitDenial(request, all);
  if (denial) return denial;
  for (const limit of limits) {
    if (!firstAllow(request, [limit], 'account')) return implicitDenial(limit.kind);
  }
  const allow = firstAllow(request, identity, 'account') ?? firstAllow(request, resource ? [resource] : [], 'direct');
  return allow ? { allowed: true, reason: allow } : implicitDenial('identity');
}

/**
 * Decides by a role's trust policy alone. Naming the caller's account is enough: the caller's own policies are asked
 * separately.
 */
export function evaluateTrust(request: AccessRequest, trust: Policy): Decision {
  const denial = explicitDenial(request, [trust]);
  if (denial) return denial;
  const allow = firstAllow(request, [trust], 'account');
  return allow ? { allowed: true, reason: allow } : implicitDenial('trust');
}

function explicitDenial(request: AccessRequest, policies: readonly Policy[]): Decision | undefined {
  for (const policy of policies) {
    const statement = policy.statements.find((one) => one.effect === 'Deny' && applies(one, request, 'account'));
    if (statement) {
      const reason = `explicit deny in ${policy.name}, ${statement.label}`;
      return { allowed: false, explicit: true, kind: policy.kind, reason };
    }
  }
  return undefined;
}

function firstAllow(request: AccessRequest, policies: readonly Policy[], atLeast: Naming): string | undefined {
  for (const policy of policies) {
    const statement = policy.statements.find((one) => one.effect === 'Allow' && applies(one, request, atLeast));
    if (statement) return `allowed by ${policy.name}, ${statement.label}`;
  }
  return undefined;
}

function implicitDenial(kind: PolicyKind): Decision {
  const reason = `implicit deny: no ${WORDS[kind].words} allows it`;
  return { allowed: false, explicit: false, kind, reason };
}

function applies(statement: Statement, request: AccessRequest, atLeast: Naming): boolean {
  const naming = statement.principals?.(request.caller) ?? 'direct';
  if (naming === 'none' || (atLeast === 'direct' && naming !== 'direct')) return false;
  return (
    statement.action(request.action, request.context) &&
    statement.resource(request.resource, request.context) &&
    statement.conditions.every((condition) => condition(request.context))
  );
}

/** The sentence with which AWS denies, its reason included, as it is given within one account. */
export function describeDenial(request: AccessRequest, denial: Decision & { allowed: false }): string {
  const { article, words } = WORDS[denial.kind];
  const reason = denial.explicit
    ? `with an explicit deny in ${article} ${words}`
    : `because no ${words} allows the ${request.action} action`;
  return `${describeBare(request)} ${reason}`;
}

/** The same without the reason, which AWS keeps from callers of another account. */
export function describeBare(request: AccessRequest): string {
  const who = request.caller.kind === 'role' ? request.caller.sessionArn : 'anonymous';
  const onResource = request.resource === '*' ? '' : ` on resource: ${request.resource}`;
  return `User: ${who} is not authorized to perform: ${request.action}${onResource}`;
}
