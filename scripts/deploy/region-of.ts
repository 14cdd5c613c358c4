/** Empty where it is an ARN of no region. */
export const regionOf = (arn: string): string => arn.split(':')[3] ?? '';
