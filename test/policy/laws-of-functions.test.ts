import { beforeAll } from '@jest/globals';
import { arnOf, one } from './broken.ts';
import { type StackLaws, type TemplateLaws, testStackLaws, testTemplateLaws } from './hold.ts';
import * as laws from './laws.ts';
import * as ofResources from './resource-laws.ts';
import { type Compiled, packaged, property } from './template.ts';

let compiled: Compiled;
beforeAll(async () => {
  compiled = await packaged();
});

const trust = (principal: object) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: principal, Action: 'sts:AssumeRole' }],
});

const LAWS: StackLaws = {
  'every function has a role of its own, which trusts Lambda only': [
    laws.everyFunctionHasARoleOfItsOwn,
    [
      one('two share one', property('PortalLambdaFunction', 'Role'), arnOf('TokenRole'), 'TokenRole is shared'),
      one(
        'a role is left over',
        property('PortalLambdaFunction', 'Role'),
        arnOf('TokenRole'),
        "PortalRole is nobody's",
      ),
      one(
        'another service',
        property('TokenRole', 'AssumeRolePolicyDocument'),
        trust({ Service: 'ec2.amazonaws.com' }),
        'TokenRole trusts somebody else',
      ),
      one(
        'another account too',
        property('TokenRole', 'AssumeRolePolicyDocument', 'Statement', '+'),
        { Effect: 'Allow', Principal: { AWS: '444455556666' }, Action: 'sts:AssumeRole' },
        'TokenRole trusts somebody else',
      ),
      one(
        'a managed policy',
        property('TokenRole', 'ManagedPolicyArns'),
        ['arn:aws:iam::aws:policy/ReadOnlyAccess'],
        'TokenRole has a policy that does not stand here',
      ),
    ],
  ],
  'no secret stands in the environment': [
    laws.noSecretStandsInTheEnvironment,
    [
      one(
        'the pepper itself',
        property('TokenLambdaFunction', 'Environment', 'Variables', 'HATCHECK_PEPPER'),
        'x'.repeat(43),
        'token has HATCHECK_PEPPER',
      ),
      one(
        'the pepper in another variable',
        property('TokenLambdaFunction', 'Environment', 'Variables', 'HATCHECK_PEPPER'),
        'env:OTHER',
        'token has HATCHECK_PEPPER',
      ),
      one(
        'the pepper for the portal',
        property('PortalLambdaFunction', 'Environment', 'Variables', 'HATCHECK_PEPPER'),
        'ssm:/hatcheck/dev/pepper',
        'portal has HATCHECK_PEPPER',
      ),
      one(
        'a key by another name',
        property('PortalLambdaFunction', 'Environment', 'Variables', 'API_KEY'),
        'x',
        'portal has API_KEY',
      ),
    ],
  ],
  'the routes are those of the contract, each at its function': [
    laws.routesAreTheContracts,
    [
      one(
        'a route is missing',
        ['Resources', 'HttpApiRouteGetHealthz'],
        undefined,
        'GET /healthz: portal by the contract, nobody in the template',
      ),
      one(
        'a route that is none',
        property('HttpApiRouteGetHealthz', 'RouteKey'),
        'GET /debug',
        'GET /debug: nobody by the contract, portal in the template',
      ),
      one(
        'another function',
        property('HttpApiRouteGetV1Me', 'Target'),
        'integrations/HttpApiIntegrationPortal',
        'GET /v1/me: signin by the contract, portal in the template',
      ),
    ],
  ],
};

const TEMPLATE_LAWS: TemplateLaws = {
  'functions run on Node 24, arm64': [
    ofResources.functionsRunOnWhatIsSupported,
    [
      one('an older Node', property('PortalLambdaFunction', 'Runtime'), 'nodejs20.x', 'PortalLambdaFunction: Runtime'),
      one(
        'another machine',
        property('PortalLambdaFunction', 'Architectures'),
        undefined,
        'PortalLambdaFunction: Architectures',
      ),
    ],
  ],
  'nothing runs in a function but what is in its bundle': [
    ofResources.nothingRunsBesideOurs,
    [
      one(
        'a layer that traces',
        property('CredentialsLambdaFunction', 'Layers'),
        ['arn:aws:lambda:eu-west-1:111122223333:layer:telemetry:1'],
        'CredentialsLambdaFunction: Layers',
      ),
      one(
        'X-Ray',
        property('SigninLambdaFunction', 'TracingConfig'),
        { Mode: 'Active' },
        'SigninLambdaFunction: TracingConfig',
      ),
      ...[
        ['AWS_LAMBDA_EXEC_WRAPPER', '/opt/otel-handler', 'AWS_LAMBDA_EXEC_WRAPPER'],
        ['OTEL_EXPORTER_OTLP_ENDPOINT', 'http://127.0.0.1:4318', 'OTEL_'],
        ['NODE_OPTIONS', '--import /opt/tracer.mjs', '--import'],
      ].map(([name = '', value, found]) =>
        one(
          `${name} with ${String(value)}`,
          property('TokenLambdaFunction', 'Environment', 'Variables', name),
          value,
          `TokenLambdaFunction: ${String(found)}`,
        ),
      ),
    ],
  ],
  'logs are kept a year': [
    ofResources.logsAreKeptAYear,
    [
      one('for ever', property('TokenLogGroup', 'RetentionInDays'), undefined, 'TokenLogGroup: RetentionInDays'),
      one(
        'wherever Lambda puts them',
        property('TokenLogGroup', 'LogGroupName'),
        '/other',
        'TokenLambdaFunction has no log group',
      ),
    ],
  ],
  'whoever asks, approves and issues has room of their own': [
    ofResources.theIssuePathHasItsOwn,
    [
      one(
        'shares with sign-ins',
        property('CredentialsLambdaFunction', 'ReservedConcurrentExecutions'),
        undefined,
        'CredentialsLambdaFunction: ReservedConcurrentExecutions',
      ),
      one(
        'in a new account too, where nothing can be reserved',
        property('RequestsLambdaFunction', 'ReservedConcurrentExecutions'),
        20,
        'RequestsLambdaFunction: ReservedConcurrentExecutions',
      ),
      one(
        'and so have sign-ins',
        property('SigninLambdaFunction', 'ReservedConcurrentExecutions'),
        500,
        'SigninLambdaFunction: ReservedConcurrentExecutions',
      ),
    ],
  ],
};

testStackLaws(LAWS, () => compiled);
testTemplateLaws(TEMPLATE_LAWS, () => compiled.template);
