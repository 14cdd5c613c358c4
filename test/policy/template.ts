import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { CompiledAccess } from '../../lib/config/access.ts';
import type { compile } from '../../local/compile.ts';
import { BROKER_ACCOUNT } from '../../local/target-accounts.ts';
import { type LocalStack, readTemplate } from '../../local/template.ts';
import { compileOnce } from '../support/compiled.ts';
import { IRELAND, type Place, policyIn } from './places.ts';

export interface Compiled {
  /** The CloudFormation template that would be deployed, as JSON. */
  readonly template: unknown;
  readonly access: CompiledAccess;
  /** What would be uploaded, by the name of its file. */
  readonly artifacts: Readonly<Record<string, Buffer>>;
}

/**
 * Packages Hatcheck with the laptop's access policy, for a region, in a folder of its own and with an empty home folder: whatever reads
 * credentials there, or in the environment, finds none. Once in a run of the tests, unless it is to be done anew.
 */
export const packaged = async (place: Place = IRELAND, compiledBy: typeof compile = compileOnce): Promise<Compiled> => {
  const folder = await mkdtemp(join(tmpdir(), 'hatcheck-policy-'));
  const home = process.env['HOME'];
  process.env['HOME'] = folder;
  try {
    const access = policyIn(place);
    const { templateFile } = await compiledBy(join(folder, 'service'), access, place.region);
    const template: unknown = JSON.parse(await readFile(templateFile, 'utf8'));
    return { template, access, artifacts: await zipsIn(dirname(templateFile)) };
  } finally {
    process.env['HOME'] = home;
    await rm(folder, { recursive: true, force: true });
  }
};

const zipsIn = async (folder: string): Promise<Readonly<Record<string, Buffer>>> => {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.zip'));
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name))] as const)),
  );
};

/** The template with its intrinsic functions resolved, as in that region of the broker's account. */
export const resolved = (template: unknown, { partition, region }: Place = IRELAND): LocalStack =>
  readTemplate(template, { accountId: BROKER_ACCOUNT, region, partition, stackName: 'hatcheck-dev' }, '/nowhere');

/** A place in a template: names and indexes; `Sid=Name` is the one statement of that name, `+` behind the last of a list. */
export type Path = readonly (string | number)[];

export const statement = (role: string, sid: string, ...more: Path): Path => [
  ...['Resources', role, 'Properties', 'Policies', 0, 'PolicyDocument', 'Statement', sid],
  ...more,
];

export const property = (logicalId: string, ...more: Path): Path => ['Resources', logicalId, 'Properties', ...more];

/**
 * A copy of the template with something else at `path`; `undefined` takes away what is there. Throws an Error where the path leads
 * nowhere: a change that changes nothing would prove nothing.
 */
export const changed = (template: unknown, path: Path, value: unknown): unknown => {
  const [step, ...rest] = path;
  if (step === undefined) return value;
  if (Array.isArray(template)) return changedList(template, step, rest, value);
  if (typeof template !== 'object' || template === null) throw new Error(`nothing at ${String(step)}`);
  const members = new Map<string, unknown>(Object.entries(template));
  if (!members.has(String(step)) && (rest.length > 0 || value === undefined)) throw new Error(`no ${String(step)}`);
  const now = changed(members.get(String(step)), rest, value);
  if (now === undefined) members.delete(String(step));
  else members.set(String(step), now);
  return Object.fromEntries(members);
};

const changedList = (list: readonly unknown[], step: string | number, rest: Path, value: unknown): unknown[] => {
  const index = step === '+' ? list.length : indexIn(list, step);
  if (index === -1 || (step !== '+' && !(index in list))) throw new Error(`no ${String(step)}`);
  const now = changed(list[index], rest, value);
  return now === undefined ? list.toSpliced(index, 1) : list.toSpliced(index, 1, now);
};

const indexIn = (list: readonly unknown[], step: string | number): number => {
  const sid = /^Sid=(.+)$/.exec(String(step))?.[1];
  if (sid === undefined) return Number(step);
  return list.findIndex((one) => typeof one === 'object' && one !== null && 'Sid' in one && one.Sid === sid);
};
