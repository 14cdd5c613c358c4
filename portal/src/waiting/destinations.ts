import type { DestinationView } from '../api/calls.ts';

interface Choice {
  readonly name: string;
  readonly text: string;
}

export interface ChoicesIn {
  /** A region, or what the rest have in common. */
  readonly where: string;
  readonly choices: readonly Choice[];
}

const SERVICES: Readonly<Record<string, string>> = {
  console: 'Console home',
  cloudwatch: 'CloudWatch',
  dynamodb: 'DynamoDB',
  ec2: 'EC2',
  ecs: 'ECS',
  eks: 'EKS',
  lambda: 'Lambda',
  rds: 'RDS',
  s3: 'S3',
};

/** Destinations of the console by region, the account's own first; what access.yml names goes by its name. */
export const choicesOf = (destinations: readonly DestinationView[], ownRegion: string): readonly ChoicesIn[] => {
  const byRegion = new Map<string, Choice[]>([[ownRegion, []]]);
  for (const { name, service, region } of destinations) {
    const where = service === undefined ? 'Elsewhere' : (region ?? ownRegion);
    const text = Object.hasOwn(SERVICES, name) ? SERVICES[name] : name;
    byRegion.set(where, [...(byRegion.get(where) ?? []), { name, text: text ?? name }]);
  }
  return [...byRegion].map(([where, choices]) => ({ where, choices })).filter(({ choices }) => choices.length > 0);
};
