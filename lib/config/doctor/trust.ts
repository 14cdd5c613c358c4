import type { Entitlement } from '../../domain/entitlement.ts';
import { type TrustedBroker, oneOrAll } from '../../domain/target-role.ts';
import { holds } from './conditions.ts';
import { type Finding, type Line, fault, warning } from './finding.ts';
import { type OurCall, type OurCalls, callsByEachWay, ourCalls, revokerCalls } from './our-call.ts';
import { type ConditionText, type Statement, isAbout, readStatements } from './policy-statements.ts';

/**
 * Whether a role's trust policy lets us in for an entitlement, and nobody else; and if not, which line of it is wrong. Of several statements the one that
 * misses least is spoken of.
 */
export const trustFindings = (trust: unknown, entitlement: Entitlement, broker: TrustedBroker): readonly Finding[] => {
  const calls = ourCalls(entitlement, broker);
  const byEachWay = callsByEachWay(entitlement, broker);
  const statements = readStatements(trust);
  if (!statements) return [fault('role', 'its trust policy cannot be read', 'hatcheck role template writes one')];
  return onceEach([
    ...keptOut(statements, calls, neededActions),
    // The role may be lent in other ways besides, by entitlements that ask for other values.
    ...byEachWay.flatMap((each) => guardFindings(statements, each)),
    ...strangers(statements, calls[0], byEachWay),
  ]);
};

/** The same of the account's revoker role, for the function that ends sessions. */
export const revokerFindings = (
  trust: unknown,
  entitlement: Entitlement,
  broker: TrustedBroker,
): readonly Finding[] => {
  const calls = revokerCalls(entitlement, broker);
  const statements = readStatements(trust) ?? [];
  return onceEach([
    ...keptOut(statements, calls, ({ action }) => [[action, 'action']]),
    ...calls.flatMap((each) => guardFindings(statements, each)),
    ...strangers(statements, calls[0], calls),
  ]);
};

/** What is wrong for one action is mostly wrong for all three. */
const onceEach = (found: readonly Finding[]): readonly Finding[] =>
  found.filter((one, at) => found.findIndex((other) => isSame(other, one)) === at);

const isSame = (one: Finding, other: Finding): boolean => one.line === other.line && one.what === other.what;

type Needed = readonly (readonly [string, Line])[];

/** What keeps all of our roles out is told once; what keeps out one of them, by its name. */
const keptOut = (
  statements: readonly Statement[],
  calls: OurCalls,
  needed: (call: OurCall) => Needed,
): readonly Finding[] => {
  const found = calls.map((call) => ({ call, findings: findingsOf(statements, call, needed(call)) }));
  const isOfAll = (one: Finding): boolean =>
    found.every(({ findings }) => findings.some((other) => isSame(one, other)));
  return found.flatMap(({ call, findings }) => findings.map((one) => (isOfAll(one) ? one : named(one, call))));
};

const named = (one: Finding, { principal }: OurCall): Finding => ({
  ...one,
  what: `${principal.name} ${one.level === 'fault' ? 'is' : 'may be'} kept out: ${one.what}`,
});

const findingsOf = (statements: readonly Statement[], call: OurCall, needed: Needed): readonly Finding[] => [
  ...needed.flatMap(([action, line]) => actionFindings(statements, call, action, line)),
  ...statements.flatMap((statement) => denials(statement, call, needed)),
];

const neededActions = ({ action }: OurCall): Needed => [
  [action, 'action'],
  ['sts:TagSession', 'tag_session'],
  ['sts:SetSourceIdentity', 'set_source_identity'],
];

const actionFindings = (
  statements: readonly Statement[],
  call: OurCall,
  action: string,
  line: Line,
): readonly Finding[] => {
  const candidates = statements.filter((each) => each.effect === 'Allow' && isAbout(each, action));
  const [nearest] = candidates
    .map((statement) => ({ statement, missed: missedBy(statement, call) }))
    .sort((a, b) => faultsIn(a.missed) - faultsIn(b.missed) || a.missed.length - b.missed.length);
  if (nearest) return nearest.missed;
  const ours = statements.find((each) => each.effect === 'Allow' && isFor(each, call) && isAbout(each, call.action));
  const where = ours ? ` in ${ours.label}` : '';
  return [fault(line, `no statement allows ${action}`, `add "${action}" to "Action"${where}`)];
};

const faultsIn = (found: readonly Finding[]): number => found.filter(({ level }) => level === 'fault').length;

/** What keeps a statement from applying to our call. */
const missedBy = (statement: Statement, call: OurCall): readonly Finding[] => [
  ...(isFor(statement, call) ? [] : [notOurs(statement, call)]),
  ...statement.conditions.flatMap((condition) => {
    const outcome = holds(condition, call.keys);
    return outcome === true ? [] : [missed(statement, condition, call, outcome === undefined)];
  }),
];

const missed = (
  { label }: Statement,
  { operator, key, values }: ConditionText,
  { wanted }: OurCall,
  unknown: boolean,
): Finding => {
  const { line = 'condition', condition } = wanted.get(key.toLowerCase()) ?? {};
  const text = `${operator} ${key} ${values.join(', ')}`;
  return unknown
    ? warning(
        'condition',
        `${label} asks for ${text}, which cannot be checked from here`,
        'see that it holds of our call',
      )
    : fault(
        line,
        `${label} asks for ${text}, which our call does not have`,
        condition ?? `take ${key} out of ${label}`,
      );
};

/** NB. The same of a statement wherever it is told. */
const notOurs = ({ label, principals }: Statement, { principal }: OurCall): Finding =>
  fault(
    'principal',
    `${label} is for ${principals ? Object.values(principals).flat().join(', ') : 'whomever it does not name'}, and not for ${principal.all.length === 1 ? 'us alone' : 'all of us alone'}`,
    `"Principal": { "${principal.kind}": ${JSON.stringify(oneOrAll(principal.all))} }`,
  );

const isFor = ({ principals }: Statement, { principal }: OurCall): boolean =>
  Object.entries(principals ?? {}).some(
    ([kind, names]) => kind === '*' || (kind === principal.kind && names.some((name) => isNamed(name, principal.name))),
  );

/** A role by itself, by its account (as a number or its root), or as anybody; patterns are taken for nothing else. */
const isNamed = (name: string, principal: string): boolean => {
  const account = principal.split(':')[4] ?? '';
  return name === principal || name === '*' || name === account || name === rootOf(principal, account);
};

const rootOf = (principal: string, account: string): string =>
  `${principal.split(':').slice(0, 4).join(':')}:${account}:root`;

const denials = (statement: Statement, call: OurCall, needed: Needed): readonly Finding[] => {
  const stopped = needed.filter(([action]) => isAbout(statement, action));
  const applies = statement.conditions.every((condition) => holds(condition, call.keys) === true);
  return statement.effect === 'Deny' &&
    stopped.length > 0 &&
    applies &&
    (isFor(statement, call) || !statement.principals)
    ? [
        fault(
          'denied',
          `${statement.label} denies us ${stopped.map(([action]) => action).join(', ')}`,
          'take it out, or us',
        ),
      ]
    : [];
};

/** What the statements that let us in should ask for besides: without it they may let in somebody else, or us with nobody's name. */
const guardFindings = (statements: readonly Statement[], call: OurCall): readonly Finding[] =>
  statements
    .filter((each) => each.effect === 'Allow' && isFor(each, call) && isAbout(each, call.action))
    .flatMap((statement) =>
      [...call.wanted]
        .filter(([key, { guards }]) => !statement.conditions.some((condition) => isDemand(condition, key, guards)))
        .map(([key, { line, condition, guards }]) =>
          (guards ? fault : warning)(line, `${statement.label} does not ask for ${key}`, condition),
        ),
    );

/** Whoever else may open sessions of the role: no rule of ours would be asked, and no record kept. */
const strangers = (statements: readonly Statement[], call: OurCall, calls: readonly OurCall[]): readonly Finding[] =>
  statements
    .filter((each) => each.effect === 'Allow' && calls.some(({ action }) => isAbout(each, action)))
    .filter(({ principals }) =>
      Object.entries(principals ?? { '*': ['*'] }).some(([kind, names]) =>
        names.some((name) => !calls.some(({ principal }) => principal.kind === kind && principal.name === name)),
      ),
    )
    .map((statement) => notOurs(statement, call));

/**
 * A condition that holds where the key is not in the call, or of any value, asks for nothing; nor is a pattern enough where one account or
 * one entitlement is meant.
 */
const isDemand = ({ operator, key, values }: ConditionText, wanted: string, guards: boolean): boolean =>
  key.toLowerCase() === wanted &&
  !/IfExists$|^ForAllValues:|Not/.test(operator) &&
  !values.some((value) => (guards && operator.endsWith('Like') ? /[*?]/ : /^\*+$/).test(value));
