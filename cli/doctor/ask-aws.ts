import { awsCommand } from './aws-command.ts';

/**
 * What the AWS CLI prints of roles: those of the account whose credentials it has.
 *
 * @returns a text a role, none for one that is not there
 * @throws Failure 2 when it is not installed, or may not ask
 */
export const askAws = async (roleNames: readonly string[]): Promise<readonly string[]> => {
  const texts: string[] = [];
  for (const name of new Set(roleNames)) {
    const text = await awsCommand('iam', 'get-role', '--role-name', name);
    if (text !== undefined) texts.push(text);
  }
  return texts;
};
