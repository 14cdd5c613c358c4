import { readFileSync } from 'node:fs';
import * as z from 'zod/mini';

const needs = z._default(z.record(z.string(), z.string()), {});

const packageSchema = z.object({
  name: z.optional(z.string()),
  version: z.string(),
  resolved: z.optional(z.string()),
  integrity: z.optional(z.string()),
  license: z.optional(z.string()),
  dev: z.optional(z.boolean()),
  optional: z.optional(z.boolean()),
  hasInstallScript: z.optional(z.boolean()),
  ...{ dependencies: needs, optionalDependencies: needs, peerDependencies: needs },
});

const lockSchema = z.object({ lockfileVersion: z.number(), packages: z.record(z.string(), packageSchema) });

/** A package as package-lock.json has it. `dev` is of what no production dependency leads to. */
export interface LockedPackage extends z.infer<typeof packageSchema> {
  /** `node_modules/@smithy/core`; empty for our own. */
  readonly path: string;
  /** Its own name, also where it is installed under another. */
  readonly name: string;
}

/** Everything in package-lock.json, our own package first. @throws ZodError where it has another form */
export const lockedPackages = (path = 'package-lock.json'): readonly [LockedPackage, ...LockedPackage[]] => {
  const { packages } = lockSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  const [own, ...others] = Object.entries(packages).map(([where, one]) => ({
    ...one,
    path: where,
    name: one.name ?? where.replace(/^.*node_modules\//, ''),
  }));
  if (own?.path !== '') throw new TypeError('package-lock.json does not begin with our own package');
  return [own, ...others];
};

/** The packages that one needs, as Node finds them from where it is; what its platform leaves out is not among them. */
export const neededBy = (one: LockedPackage, all: ReadonlyMap<string, LockedPackage>): readonly LockedPackage[] => {
  const names = Object.keys({ ...one.dependencies, ...one.optionalDependencies, ...one.peerDependencies });
  return names.flatMap((name) => foundFrom(one.path, name, all) ?? []);
};

const foundFrom = (path: string, name: string, all: ReadonlyMap<string, LockedPackage>): LockedPackage | undefined => {
  const found = all.get(path === '' ? `node_modules/${name}` : `${path}/node_modules/${name}`);
  if (found ?? path === '') return found;
  return foundFrom(path.slice(0, Math.max(0, path.lastIndexOf('/node_modules/'))), name, all);
};
