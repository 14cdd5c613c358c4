/** Without its path and its account. */
export const roleName = (arn: string): string => arn.slice(arn.lastIndexOf('/') + 1);
