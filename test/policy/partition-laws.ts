import type { Place } from './places.ts';

/** A string of a template, and the names and indexes that lead to it. */
interface Word {
  readonly path: readonly string[];
  readonly text: string;
}

/** What a template says of where it is deployed that CloudFormation should have said (`AWS::Partition`, `AWS::Region`, `AWS::URLSuffix`). */
export const namesNoPlaceByHand = (template: unknown, place: Place): readonly string[] =>
  wordsIn(template)
    .filter(({ text }) => PLACE.test(text))
    .filter((word) => !isServicePrincipal(word) && !isLentRole(template, word, place))
    .map(({ path, text }) => `${path.join('.')}: ${text}`);

const PLACE = /arn:aws|amazonaws\.com|\b(?:af|ap|ca|cn|eu|il|me|mx|sa|us)(?:-gov)?-[a-z]+-\d\b/;

const wordsIn = (value: unknown, path: readonly string[] = []): readonly Word[] => {
  if (typeof value === 'string') return [{ path, text: value }];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) => wordsIn(member, [...path, name]));
};

/** Those of Lambda, API Gateway, EventBridge and AWS Backup are called the same in every partition (AWS's page of each, "service principal"). */
const isServicePrincipal = ({ path, text }: Word): boolean =>
  ['Service', 'Principal'].includes(path.at(-1) ?? '') &&
  /^(?:lambda|apigateway|events|backup)\.amazonaws\.com$/.test(text);

/** What access.yml names is where its accounts are: IAM refuses any other partition in a policy. */
const isLentRole = (template: unknown, { path, text }: Word, { partition }: Place): boolean => {
  const statement = path.slice(0, path.lastIndexOf('Resource')).reduce<unknown>(memberOf, template);
  return (
    path.slice(0, 2).join('.') === 'Resources.CredentialsRole' &&
    memberOf(statement, 'Sid') === 'OpenRoleSessions' &&
    text.startsWith(`arn:${partition}:iam::`)
  );
};

const memberOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
