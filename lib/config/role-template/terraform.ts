import type { RolePlan } from './plan.ts';

const ONCE = 'hatcheck_once_per_account';
const IF_ONCE = `\${var.${ONCE} ? 1 : 0}`;

/** A Terraform configuration in JSON syntax (`*.tf.json`). The boundary's text is Hatcheck's once it is made, so changes of it are ignored. */
export const terraform = ({ role, boundary, revoker, oidcProvider }: RolePlan): string => {
  const id = identifier(role.name);
  return `${JSON.stringify(
    {
      variable: {
        [ONCE]: {
          type: 'bool',
          default: true,
          description: 'Make the revoker role and the provider for tokens, of which an account has one each',
        },
      },
      resource: {
        aws_iam_policy: {
          [`${id}_boundary`]: {
            name: literal(boundary.name),
            path: literal(boundary.path),
            policy: document(boundary.document),
            lifecycle: { ignore_changes: ['policy'] },
          },
        },
        aws_iam_role: {
          [id]: {
            name: literal(role.name),
            path: literal(role.path),
            description: literal(role.description),
            assume_role_policy: document(role.trust),
            max_session_duration: role.maxSessionSeconds,
            permissions_boundary: `\${aws_iam_policy.${id}_boundary.arn}`,
            tags: Object.fromEntries(Object.entries(role.tags).map(([key, value]) => [key, literal(value)])),
          },
          hatcheck_revoker: {
            count: IF_ONCE,
            name: literal(revoker.name),
            path: literal(revoker.path),
            assume_role_policy: document(revoker.trust),
          },
        },
        aws_iam_role_policy: {
          hatcheck_revoker: {
            count: IF_ONCE,
            name: 'boundaries',
            role: '${aws_iam_role.hatcheck_revoker[0].id}',
            policy: document(revoker.policy),
          },
        },
        ...(role.permissions.length > 0 && {
          aws_iam_role_policy_attachment: Object.fromEntries(
            role.permissions.map((arn, at) => [
              `${id}_${at}`,
              { role: `\${aws_iam_role.${id}.name}`, policy_arn: literal(arn) },
            ]),
          ),
        }),
        ...(oidcProvider && {
          aws_iam_openid_connect_provider: {
            hatcheck: {
              count: IF_ONCE,
              url: literal(oidcProvider.url),
              client_id_list: [literal(oidcProvider.clientId)],
            },
          },
        }),
      },
      output: { [`${id}_arn`]: { value: `\${aws_iam_role.${id}.arn}` } },
    },
    null,
    2,
  )}\n`;
};

/** "JSON Configuration Syntax": strings are templates, in which `${` and `%{` begin an expression unless doubled. */
const literal = (text: string): string => text.replaceAll(/[$%](?=\{)/g, (mark) => mark + mark);

const document = (policy: object): string => literal(JSON.stringify(policy));

/** Letters, digits, `_` and `-`, no digit first. */
const identifier = (name: string): string => name.replaceAll(/[^A-Za-z0-9_-]/g, '_').replace(/^[^A-Za-z_]/, '_');
