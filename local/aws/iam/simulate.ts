import { AwsFault } from '../fault.ts';
import type { Parameters } from '../query.ts';
import { evaluate } from '../policy/evaluate.ts';
import type { ServiceCall } from '../service.ts';
import type { LoadedRole } from '../world.ts';
import type { XmlElements } from '../xml.ts';

/** IAM API reference, SimulatePrincipalPolicy: each action on each resource, by the role's policies and the boundary that it carries. */
export const simulated = ({ session }: ServiceCall, role: LoadedRole, parameters: Parameters): XmlElements => {
  const actions = listed(parameters, 'ActionNames');
  if (actions.length === 0) throw new AwsFault(400, 'ValidationError', 'ActionNames must not be empty');
  const resources = listed(parameters, 'ResourceArns');
  const context = contextIn(parameters);
  const sessionArn = `${role.arn.replace(':iam:', ':sts:').replace(/:role\/.*/, '')}:assumed-role/${role.name}/${session.name}`;
  const caller = { kind: 'role', account: role.account, roleArn: role.arn, sessionArn } as const;
  const member = actions.flatMap((action) =>
    (resources.length === 0 ? ['*'] : resources).map((resource): XmlElements => {
      const asked = { caller, action, resource, context };
      const decision = evaluate(asked, { identity: role.identity, boundary: role.boundary });
      return {
        EvalActionName: action,
        EvalResourceName: resource,
        EvalDecision: decision.allowed ? 'allowed' : decision.explicit ? 'explicitDeny' : 'implicitDeny',
        MatchedStatements: { member: [] },
        MissingContextValues: { member: [] },
        ...(role.boundary && {
          PermissionsBoundaryDecisionDetail: {
            AllowedByPermissionsBoundary: String(evaluate(asked, { identity: [role.boundary] }).allowed),
          },
        }),
      };
    }),
  );
  return { EvaluationResults: { member }, IsTruncated: 'false' };
};

/** Lists of the query protocol: `Name.member.1` and on. */
const listed = (parameters: Parameters, name: string, from = 1): readonly string[] => {
  const found = parameters.get(`${name}.member.${from}`);
  return found === undefined ? [] : [found, ...listed(parameters, name, from + 1)];
};

const contextIn = (parameters: Parameters): ReadonlyMap<string, readonly string[]> =>
  new Map(
    [...parameters]
      .filter(([name]) => /^ContextEntries\.member\.\d+\.ContextKeyName$/.test(name))
      .map(([name, key]) => [
        key.toLowerCase(),
        listed(parameters, name.replace('ContextKeyName', 'ContextKeyValues')),
      ]),
  );
