import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';

const retention = z.object({
  mode: z.enum(['GOVERNANCE', 'COMPLIANCE']),
  /** Epoch milliseconds. */
  until: z.number(),
});

const versionSchema = z.object({
  key: z.string(),
  /** `null`, the word, in a bucket without versions. */
  id: z.string(),
  /** Counts up in a bucket: a later one hides an earlier one of its key. */
  order: z.int(),
  /** Epoch milliseconds. */
  at: z.number(),
  /** Of a delete without a version: hides what is there, and holds nothing. */
  marker: z.boolean(),
  size: z.int(),
  etag: z.string(),
  contentType: z.string(),
  /** What the client had checked, by the header's name. */
  checksum: z.object({ name: z.string(), value: z.string() }).optional(),
  retention: retention.optional(),
});

/** How long a version may not be deleted, and whether anybody may all the same. */
export type Retention = z.infer<typeof retention>;

/** One version of an object, or a delete marker. */
export type Version = Readonly<z.infer<typeof versionSchema>>;

/** Where a bucket's versions are. What returns is done. */
export interface Shelf {
  readonly versions: () => readonly Version[];
  readonly body: (version: Version) => Buffer;
  readonly put: (version: Version, body: Buffer) => void;
  /** Its retention is another one now. */
  readonly change: (version: Version) => void;
  readonly remove: (version: Version) => void;
}

/** Gone with the process. */
export const memoryShelf = (): Shelf => {
  const kept = new Map<number, { readonly version: Version; readonly body: Buffer }>();
  const body = ({ order }: Version): Buffer => kept.get(order)?.body ?? Buffer.alloc(0);
  return {
    versions: () => [...kept.values()].map(({ version }) => version),
    body,
    put: (version, content) => void kept.set(version.order, { version, body: content }),
    change: (version) => void kept.set(version.order, { version, body: body(version) }),
    remove: ({ order }) => void kept.delete(order),
  };
};

/**
 * Two files a version, readable by their owner only; there again after a restart.
 * @throws SyntaxError or ZodError when somebody else wrote a file
 */
export const folderShelf = (folder: string): Shelf => {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const fileOf = ({ order }: Version, kind: 'json' | 'body'): string => join(folder, `${order}.${kind}`);
  const write = (file: string, content: string | Buffer): void => {
    writeFileSync(`${file}.new`, content, { mode: 0o600 });
    renameSync(`${file}.new`, file);
  };
  const describe = (version: Version): void => {
    write(fileOf(version, 'json'), JSON.stringify(version));
  };
  return {
    versions: () =>
      readdirSync(folder)
        .filter((name) => name.endsWith('.json'))
        .map((name) => versionSchema.parse(JSON.parse(readFileSync(join(folder, name), 'utf8')))),
    body: (version) => readFileSync(fileOf(version, 'body')),
    // A version is there once it is described: its content comes first, and goes last.
    put: (version, body) => {
      write(fileOf(version, 'body'), body);
      describe(version);
    },
    change: describe,
    remove: (version) => {
      rmSync(fileOf(version, 'json'));
      if (existsSync(fileOf(version, 'body'))) rmSync(fileOf(version, 'body'));
    },
  };
};
