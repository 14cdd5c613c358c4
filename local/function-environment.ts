import type { LocalAws } from './aws/server.ts';
import type { LocalSlack } from './chat/slack.ts';
import type { LocalTeams } from './chat/teams.ts';
import { chatSecretsOf } from './chat/workspace.ts';
import { roleOf } from './role-of.ts';
import { REGION, type ServiceEndpoints } from './stack-options.ts';
import { type LocalState, secretsOf } from './state.ts';
import type { LocalStack } from './template.ts';

/** Lambda renews a function's credentials; here they are good until the process is likely to have ended. */
export const FUNCTION_CREDENTIALS_SECONDS = 30 * 86_400;

interface FunctionsAround {
  readonly state: LocalState;
  readonly origin: string;
  readonly template: LocalStack;
  readonly aws: LocalAws;
  readonly endpoints: ServiceEndpoints;
  readonly slack: LocalSlack;
  readonly teams: LocalTeams;
}

/** What the template says, the addresses of what stands in for AWS, and credentials of the function's own role: no other's. */
export const functionEnvironment = (
  id: string,
  { template, aws, endpoints, origin, state, slack, teams }: FunctionsAround,
): Readonly<Record<string, string>> => {
  const credentials = aws.credentialsFor(roleOf(template, id).arn, `hatcheck-dev-${id}`, FUNCTION_CREDENTIALS_SECONDS);
  const holdsSecrets = template.functions[id]?.environment['HATCHECK_PEPPER'] !== undefined;
  return {
    ...template.functions[id]?.environment,
    HATCHECK_ORIGIN: origin,
    HATCHECK_DYNAMODB_ENDPOINT: endpoints.dynamodb,
    HATCHECK_STS_ENDPOINT: endpoints.others,
    HATCHECK_SQS_ENDPOINT: endpoints.others,
    HATCHECK_KMS_ENDPOINT: endpoints.others,
    HATCHECK_SES_ENDPOINT: endpoints.others,
    HATCHECK_S3_ENDPOINT: endpoints.others,
    HATCHECK_EVENTS_ENDPOINT: endpoints.others,
    HATCHECK_ISSUER: origin,
    HATCHECK_FEDERATION_ENDPOINT: aws.federationEndpoint,
    HATCHECK_CONSOLE_ENDPOINT: aws.consoleOrigin,
    HATCHECK_SLACK_ENDPOINT: slack.endpoint,
    HATCHECK_TEAMS_ENDPOINT: teams.origin,
    ...chatSecretsOf(id, state),
    ...(holdsSecrets ? { HATCHECK_PEPPER: 'env:LOCAL_PEPPER', ...secretsOf(state) } : {}),
    AWS_REGION: REGION,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SESSION_TOKEN: credentials.sessionToken,
  };
};
