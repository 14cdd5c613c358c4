import { Failure } from '../failure.ts';

/** A profile of ours. */
export interface Profile {
  readonly name: string;
  readonly credentialProcess: string;
  readonly region?: string;
}

interface Parts {
  readonly before: string;
  readonly after: string;
}

const begin = (server: string): string => `# hatcheck begin ${server}`;
const end = (server: string): string => `# hatcheck end ${server}`;

/**
 * The file with our block in it, or without one where there are no profiles: what stands outside of the two marks stays as it is, byte for byte.
 * @param server whose profiles they are; another's have a block of their own
 * @throws Failure 2 where a mark is missing, or somebody else has a profile of that name
 */
export const withProfiles = (text: string, server: string, profiles: readonly Profile[]): string => {
  const { before, after } = partsOf(text, server);
  const taken = profileNames(before + after);
  const clash = profiles.find(({ name }) => taken.has(name));
  if (clash)
    throw new Failure(2, `there is a profile ${clash.name} already that hatcheck did not write`, {
      ...{ code: 'profile_taken', next: 'take it away, or give ours another name by --prefix' },
    });
  if (profiles.length === 0) return before + after;
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  const glue = before === '' || before.endsWith('\n') ? '' : newline;
  return before + glue + blockOf(server, profiles).join(newline) + newline + after;
};

const partsOf = (text: string, server: string): Parts => {
  const [first, last] = [lineAt(text, begin(server)), lineAt(text, end(server))];
  if (!first && !last) return { before: text, after: '' };
  if (!first || !last || last.from < first.from)
    throw new Failure(2, `of the lines "${begin(server)}" and "${end(server)}" one is missing`, {
      ...{ code: 'marks_broken', next: 'take away what is left of what hatcheck wrote there' },
    });
  return { before: text.slice(0, first.from), after: text.slice(last.to) };
};

/** Where a whole line that says this begins, and where the next one does. */
const lineAt = (text: string, line: string): { from: number; to: number } | undefined => {
  for (let from = 0; from < text.length;) {
    const next = text.indexOf('\n', from);
    const to = next === -1 ? text.length : next + 1;
    if (text.slice(from, to).trimEnd() === line) return { from, to };
    from = to;
  }
  return undefined;
};

/** Sections as configparser reads them; of the credentials file a section is a profile without the word. */
export const profileNames = (text: string): ReadonlySet<string> =>
  new Set([...text.matchAll(/^\[\s*(?:profile\s+)?(?:"([^"\]]+)"|([^\]"]+?))\s*\]/gm)].map(([, a, b]) => a ?? b ?? ''));

const blockOf = (server: string, profiles: readonly Profile[]): readonly string[] => [
  begin(server),
  '# Made by `hatcheck configure`, which writes anew whatever stands here.',
  ...profiles.flatMap(({ name, credentialProcess, region }) => [
    `[profile ${name}]`,
    `credential_process = ${credentialProcess}`,
    ...(region === undefined ? [] : [`region = ${region}`]),
  ]),
  end(server),
];
