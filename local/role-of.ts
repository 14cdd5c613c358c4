import type { LocalStack, RoleResource } from './template.ts';

/** The role that the function runs with. @throws Error when the template gives it none */
export const roleOf = ({ functions, roles }: LocalStack, functionId: string): RoleResource => {
  const role = roles[functions[functionId]?.roleLogicalId ?? ''];
  if (!role) throw new Error(`the function ${functionId} has no role in the template`);
  return role;
};
