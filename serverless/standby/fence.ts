import {
  type Json,
  type Resource,
  type Template,
  NOTHING,
  eachOf,
  listOf,
  membersOf,
  withProperties,
} from './template.ts';

/** These read, and hold no secret: they answer in a standby too. Nothing else begins there. */
const OPEN = ['IssuerLambdaFunction', 'PortalLambdaFunction', 'AuditLambdaFunction'];

/** One parameter of the stack says whether it writes: changing it needs neither a build nor what was uploaded anew. */
const ifWrites = (then: Json, otherwise: Json): Json => ({ 'Fn::If': ['Writes', then, otherwise] });

/** Whoever runs here reads, and neither writes, opens a session, signs nor sends. A fail-over puts it on the old roles too. */
export const READ_ONLY: Json = {
  Sid: 'ReadOnlyStandby',
  Effect: 'Deny',
  Action: [
    ...['dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem', 'dynamodb:BatchWriteItem'],
    ...['dynamodb:PartiQL*', 'events:PutEvents', 'kms:Sign', 's3:PutObject', 'ses:Send*', 'sqs:SendMessage', 'sts:*'],
  ],
  Resource: '*',
};

/** The stack with a parameter `Writes`, whether it is the one that writes. Where it is not, its functions do not begin, and its roles may not. */
export const fenced = (template: Template, writes: boolean): Template => ({
  ...template,
  Parameters: {
    ...template.Parameters,
    Writes: { Type: 'String', AllowedValues: ['yes', 'no'], Default: writes ? 'yes' : 'no' },
  },
  Conditions: { ...template.Conditions, Writes: { 'Fn::Equals': [{ Ref: 'Writes' }, 'yes'] } },
  Resources: eachOf(template, fencedResource),
});

const fencedResource = (resource: Resource, id: string): Resource => {
  const { Type, Properties = {} } = resource;
  switch (Type) {
    case 'AWS::IAM::Role':
      return withProperties(resource, { Policies: listOf(Properties['Policies']).map(withDeny) });
    case 'AWS::Lambda::Function':
      return OPEN.includes(id) ? resource : shutFunction(resource);
    case 'AWS::Lambda::EventSourceMapping':
      return withProperties(resource, { Enabled: ifWrites(true, false) });
    case 'AWS::Events::Rule':
      if (!('ScheduleExpression' in Properties)) return resource;
      return withProperties(resource, { State: ifWrites('ENABLED', 'DISABLED') });
    case 'AWS::CloudWatch::Alarm':
      // What never runs there is no trouble.
      return withProperties(resource, { ActionsEnabled: ifWrites(true, false) });
    case 'Custom::HatcheckPolicy':
      return { ...resource, Condition: 'Writes' };
    default:
      return resource;
  }
};

/** Where nothing is written no access policy is activated: nothing may depend on a resource that a condition leaves out, but a value may name it. */
const ACTIVE_POLICY = 'ActivePolicy';

const shutFunction = ({ DependsOn, ...resource }: Resource): Resource => {
  const own = resource.Properties?.['ReservedConcurrentExecutions'] ?? NOTHING;
  const shut = withProperties(resource, { ReservedConcurrentExecutions: ifWrites(own, 0) });
  const others = listOf(DependsOn).filter((id) => id !== ACTIVE_POLICY);
  if (others.length === listOf(DependsOn).length) return DependsOn === undefined ? shut : { ...shut, DependsOn };
  const Description = ifWrites({ 'Fn::Sub': `behind \${${ACTIVE_POLICY}}` }, 'of a standby');
  return withProperties(others.length > 0 ? { ...shut, DependsOn: others } : shut, { Description });
};

const withDeny = (policy: Json): Json => {
  const document = membersOf(membersOf(policy)['PolicyDocument']);
  const Statement = [...listOf(document['Statement']), ifWrites(NOTHING, READ_ONLY)];
  return { ...membersOf(policy), PolicyDocument: { ...document, Statement } };
};
