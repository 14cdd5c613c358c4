import { createHash } from 'node:crypto';
import { HatcheckError, refuse } from '../domain/errors.ts';
import type { Answer, Call } from './call.ts';

export interface StaticFile {
  readonly type: string;
  readonly body: string;
  readonly encoding: 'utf8' | 'base64';
  /** Its name holds a hash of its content, so that it never changes. */
  readonly immutable: boolean;
}

/** By path: the page at `/`, `/assets/app-5f0c9a1e.js`, … */
export type StaticFiles = Readonly<Record<string, StaticFile>>;

const PAGE = '/';
/** Paths of the API: a mistyped one is not found, for a browser too, rather than a page that says nothing. */
const API_PATH = /^\/(?:v1|oauth|oidc|saml|chatops|\.well-known)(?:\/|$)/;

/**
 * Serves the files, and to a browser that asks for a path that is none of them the page, which finds its own way.
 * Everything else is `not_found`. `pagePolicy` is the page's Content-Security-Policy.
 */
export const staticFiles = (files: StaticFiles, pagePolicy: string): ((call: Call<'$default'>) => Promise<Answer>) => {
  const tags = new Map<string, string>();
  const tagOf = (path: string, { body }: StaticFile): string => {
    const tag = tags.get(path) ?? `"${createHash('sha256').update(body).digest('base64url').slice(0, 27)}"`;
    tags.set(path, tag);
    return tag;
  };
  return ({ method, rawPath, headers }) => {
    const path = pathOf(files, method, rawPath, headers['accept']);
    const file = path === undefined ? undefined : files[path];
    if (path === undefined || !file) return Promise.reject(new HatcheckError(refuse('not_found', 'no such file')));
    const etag = tagOf(path, file);
    const caching = {
      etag,
      'cache-control': file.immutable ? 'public, max-age=31536000, immutable' : 'no-cache',
      ...(file.type.startsWith('text/html') ? { 'content-security-policy': pagePolicy } : {}),
    };
    if (matches(headers['if-none-match'], etag)) return Promise.resolve({ status: 304, headers: caching });
    if (method === 'HEAD') return Promise.resolve({ status: 200, headers: { 'content-type': file.type, ...caching } });
    return Promise.resolve({ status: 200, asset: file, headers: caching });
  };
};

const pathOf = (files: StaticFiles, method: string, path: string, accept = ''): string | undefined => {
  if (method !== 'GET' && method !== 'HEAD') return undefined;
  if (Object.hasOwn(files, path)) return path;
  return accept.includes('text/html') && !API_PATH.test(path) ? PAGE : undefined;
};

/** RFC 9110 §13.1.2: any of a list, compared weakly. */
const matches = (header: string | undefined, etag: string): boolean =>
  header?.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag || tag.trim() === '*') === true;
