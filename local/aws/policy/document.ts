import { compileCondition } from './conditions.ts';
import type { Condition } from './conditions.ts';
import { actionPattern, resourcePattern } from './patterns.ts';
import type { Pattern } from './patterns.ts';
import { compilePrincipal } from './principals.ts';
import type { Principals } from './principals.ts';

/** What stands in a policy decides which elements it may have: only trust and resource policies name principals. */
export type PolicyKind = 'identity' | 'boundary' | 'session' | 'trust' | 'resource';

/** A policy as JSON, not yet looked at. */
export type PolicyDocument = Readonly<Record<string, unknown>>;

export interface Statement {
  /** The Sid, or `Statement[n]` without one. */
  readonly label: string;
  readonly effect: 'Allow' | 'Deny';
  readonly action: Pattern;
  readonly resource: Pattern;
  readonly principals: Principals | undefined;
  readonly conditions: readonly Condition[];
}

export interface Policy {
  readonly kind: PolicyKind;
  readonly name: string;
  readonly statements: readonly Statement[];
}

/** A policy that is not understood completely is not loaded at all: what would be skipped might be a deny. */
export class PolicyFault extends Error {
  override readonly name = 'PolicyFault';
}

const ELEMENTS = {
  document: new Set(['Version', 'Id', 'Statement']),
  statement: new Set([
    ...['Sid', 'Effect', 'Action', 'NotAction', 'Resource', 'NotResource', 'Principal', 'Condition'],
  ]),
} as const;

/**
 * Parses and compiles a policy document. `name` is how decisions and faults call it.
 * Throws a PolicyFault that names the place of the first thing that is unknown, malformed, missing or out of place.
 */
export function parsePolicy(document: unknown, kind: PolicyKind, name: string): Policy {
  const members = record(document, name, ELEMENTS.document);
  if (members['Version'] !== '2012-10-17') throw new PolicyFault(`${name}: Version: must be 2012-10-17`);
  if (members['Id'] !== undefined && typeof members['Id'] !== 'string') throw new PolicyFault(`${name}: Id: no string`);
  const statements = Array.isArray(members['Statement']) ? members['Statement'] : [members['Statement']];
  if (statements.length === 0) throw new PolicyFault(`${name}: Statement: is empty`);
  return { kind, name, statements: statements.map((one, i) => parseStatement(one, kind, name, `Statement[${i}]`)) };
}

function parseStatement(statement: unknown, kind: PolicyKind, name: string, index: string): Statement {
  const place = `${name}: ${index}`;
  const members = record(statement, place, ELEMENTS.statement);
  const { Sid: sid, Effect: effect } = members;
  if (sid !== undefined && (typeof sid !== 'string' || !/^[A-Za-z0-9 ]*$/.test(sid))) {
    throw new PolicyFault(`${place}.Sid: letters and digits only`);
  }
  if (effect !== 'Allow' && effect !== 'Deny') throw new PolicyFault(`${place}.Effect: must be Allow or Deny`);
  return {
    label: sid !== undefined && sid !== '' ? sid : index,
    effect,
    action: parseEitherOr(members, 'Action', place, actionPattern),
    resource: parseResource(members, kind, place),
    principals: parsePrincipals(members['Principal'], kind, place),
    conditions: members['Condition'] === undefined ? [] : parseConditions(members['Condition'], `${place}.Condition`),
  };
}

function parseResource(members: Readonly<Record<string, unknown>>, kind: PolicyKind, place: string): Pattern {
  if (kind !== 'trust') return parseEitherOr(members, 'Resource', place, resourcePattern);
  if (members['Resource'] !== undefined || members['NotResource'] !== undefined) {
    throw new PolicyFault(`${place}: a trust policy has no Resource`);
  }
  return () => true;
}

function parseEitherOr(
  members: Readonly<Record<string, unknown>>,
  element: 'Action' | 'Resource',
  place: string,
  compile: (entry: string) => Pattern,
): Pattern {
  const negation = `Not${element}`;
  if ((members[element] === undefined) === (members[negation] === undefined)) {
    throw new PolicyFault(`${place}: needs either ${element} or ${negation}`);
  }
  const present = members[element] === undefined ? negation : element;
  const entries = strings(members[present], `${place}.${present}`);
  const patterns = entries.map((entry) => at(`${place}.${present}`, () => compile(entry)));
  const expected = present === element;
  return (text, context) => patterns.some((pattern) => pattern(text, context)) === expected;
}

function parsePrincipals(principal: unknown, kind: PolicyKind, place: string): Principals | undefined {
  const named = kind === 'trust' || kind === 'resource';
  if (named !== (principal !== undefined)) {
    throw new PolicyFault(
      `${place}.Principal: ${named ? 'is missing' : `has no place in this kind of policy (${kind})`}`,
    );
  }
  if (!named) return undefined;
  const members = principal === '*' ? { AWS: '*' } : record(principal, `${place}.Principal`);
  const entries = Object.entries(members).flatMap(([type, names]) =>
    strings(names, `${place}.Principal.${type}`).map((name) =>
      at(`${place}.Principal`, () => compilePrincipal(type, name)),
    ),
  );
  if (entries.length === 0) throw new PolicyFault(`${place}.Principal: is empty`);
  return (caller) => {
    const namings = entries.map((entry) => entry(caller));
    return namings.find((naming) => naming === 'direct') ?? namings.find((naming) => naming === 'account') ?? 'none';
  };
}

function parseConditions(block: unknown, place: string): Condition[] {
  return Object.entries(record(block, place)).flatMap(([operator, keys]) =>
    Object.entries(record(keys, `${place}.${operator}`)).map(([key, values]) =>
      at(`${place}.${operator}.${key}`, () => compileCondition(operator, key, conditionValues(values))),
    ),
  );
}

/** IAM takes a bare true or 5 in a condition as the text "true" or "5". */
function conditionValues(values: unknown): string[] {
  const list: unknown[] = Array.isArray(values) ? values : [values];
  const texts = list.filter((value) => ['string', 'boolean', 'number'].includes(typeof value)).map(String);
  if (list.length === 0 || texts.length !== list.length) throw new SyntaxError('needs one or more plain values');
  return texts;
}

function strings(value: unknown, place: string): string[] {
  const list: unknown[] = Array.isArray(value) ? value : [value];
  const texts = list.filter((entry) => typeof entry === 'string');
  if (list.length === 0 || texts.length !== list.length) throw new PolicyFault(`${place}: needs one or more strings`);
  return texts;
}

function record(value: unknown, place: string, known?: ReadonlySet<string>): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new PolicyFault(`${place}: no object`);
  for (const member of Object.keys(value)) {
    if (known && !known.has(member)) throw new PolicyFault(`${place}: unknown element ${member}`);
  }
  return Object.fromEntries(Object.entries(value));
}

function at<Compiled>(place: string, compile: () => Compiled): Compiled {
  try {
    return compile();
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw new PolicyFault(`${place}: ${cause.message}`, { cause });
  }
}
