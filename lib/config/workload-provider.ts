import * as z from 'zod';
import type { WorkloadProvider } from '../identity/ports.ts';
import { algorithms, issuer } from './access-schema.ts';
import { distinct, idText, lineOf } from './access-words.ts';

/** Letter by letter. A star would match only itself, and whoever writes one means something else. */
const matchText = lineOf(512).refine((text) => !text.includes('*'), {
  error: 'is compared letter by letter: there are no wildcards; list every text that may match',
  params: { code: 'wildcard' },
});

export const workloadProvider = z.strictObject({
  id: idText,
  type: z.literal('oidc-workload'),
  issuer,
  audience: lineOf(255),
  match: z
    .record(
      lineOf(128),
      z.union([matchText, distinct(matchText, 20)], {
        error: 'must be a text, or a list of different texts, in quotes',
      }),
    )
    .refine((match) => Object.keys(match).length > 0, {
      error: 'must name a claim: an issuer may sign tokens for anybody',
      params: { code: 'required' },
    }),
  groups: distinct(lineOf(256), 50).optional(),
  algorithms,
});

export const compileWorkloadProvider = ({
  match,
  groups = [],
  ...provider
}: z.infer<typeof workloadProvider>): WorkloadProvider => ({
  ...provider,
  match: Object.fromEntries(Object.entries(match).map(([claim, texts]) => [claim, [texts].flat()])),
  groups: groups.map((name) => `${provider.id}:${name}`),
});
