import { existsSync } from 'node:fs';
import { relative } from 'node:path';
import { printed } from '../../lib/config/access-fault.ts';
import type { CompiledAccess } from '../../lib/config/access.ts';
import { loadAccessFile } from '../../lib/config/access-file.ts';
import { lintAccessFile } from '../../lib/config/policy/lint.ts';
import { type Finding, stops, warns } from './finding.ts';

export interface AccessCheck {
  /** Absent where the file is missing or has a fault. */
  readonly access?: CompiledAccess;
  readonly findings: readonly Finding[];
}

/** Everything wrong or odd with the access policy, each by its place. */
export const checkAccess = (path: string): AccessCheck => {
  const file = shorter(path);
  if (!existsSync(file))
    return {
      findings: [
        stops('access', `${file} is missing`, 'cp access.example.yml access.yml, and make it yours: docs/access.md'),
      ],
    };
  const { faults, warnings } = lintAccessFile(file);
  if (faults.length > 0)
    return { findings: faults.map((one) => stops('access', printed(one), `docs/access.md explains it (${one.code})`)) };
  return {
    access: loadAccessFile(file).policy,
    findings: warnings.map((one) =>
      warns('access', printed(one), `is it meant? hatcheck policy lint shows all of its kind (${one.code})`),
    ),
  };
};

/** As somebody would type it here. */
const shorter = (path: string): string => {
  const fromHere = relative(process.cwd(), path);
  return fromHere.startsWith('..') ? path : fromHere;
};
