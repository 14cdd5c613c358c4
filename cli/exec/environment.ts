import { devNull } from 'node:os';
import { defaultRegion } from '../aws-config/default-region.ts';

/** Where SDKs look before they look at what we give them, or from which they would take a part. */
const CREDENTIALS = [
  ...['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN', 'AWS_SECURITY_TOKEN'],
  ...['AWS_CREDENTIAL_EXPIRATION', 'AWS_PROFILE', 'AWS_DEFAULT_PROFILE'],
  ...['AWS_ROLE_ARN', 'AWS_ROLE_SESSION_NAME', 'AWS_WEB_IDENTITY_TOKEN_FILE'],
  ...['AWS_CONTAINER_CREDENTIALS_RELATIVE_URI', 'AWS_CONTAINER_CREDENTIALS_FULL_URI'],
  ...['AWS_CONTAINER_AUTHORIZATION_TOKEN', 'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE'],
];

export const withoutCredentials = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(env).filter(([name]) => !CREDENTIALS.includes(name)));

/**
 * The default profile of the AWS files comes before a container's credentials, and may be somebody else altogether. What is not about credentials
 * and is missed at once, the region, is carried over.
 */
export const hidingAwsFiles = async (env: NodeJS.ProcessEnv): Promise<NodeJS.ProcessEnv> => {
  const region = env['AWS_REGION'] ?? env['AWS_DEFAULT_REGION'] ?? (await defaultRegion(env));
  return {
    ...env,
    ...{ AWS_CONFIG_FILE: devNull, AWS_SHARED_CREDENTIALS_FILE: devNull },
    ...(region === undefined ? {} : { AWS_REGION: region, AWS_DEFAULT_REGION: region }),
  };
};
