/** One route of an HTTP API: `GET /v1/requests/{id}`, `ANY /chatops/{proxy+}` or `$default`. */
export interface Route {
  readonly routeKey: string;
  readonly functionId: string;
}

export interface RouteMatch extends Route {
  /** Values of the path variables; empty for `$default` and for routes without any. */
  readonly pathParameters: Readonly<Record<string, string>>;
}

type Segment = { kind: 'literal'; text: string } | { kind: 'variable' | 'greedy'; name: string };

interface CompiledRoute {
  readonly route: Route;
  readonly method: string;
  readonly segments: readonly Segment[];
}

/** Finds the route for a method and a decoded path, or undefined. */
export type Router = (method: string, path: string) => RouteMatch | undefined;

const SPECIFICITY = { literal: 0, variable: 1, greedy: 2 } as const;

/**
 * Compiles route keys into a router that chooses as an HTTP API does: of the routes whose method and path match, the
 * one with the most specific path (literal, then `{variable}`, then `{greedy+}`), a named method before `ANY`, and
 * `$default` last (API Gateway, "Working with routes for HTTP APIs"). Throws a TypeError on a malformed or repeated
 * route key.
 */
export const createRouter = (routes: readonly Route[]): Router => {
  const fallback = routes.find(({ routeKey }) => routeKey === '$default');
  const ranked = routes
    .filter(({ routeKey }) => routeKey !== '$default')
    .map(compile)
    .sort(bySpecificity);
  refuseDuplicates(routes);
  return (method, path) => {
    const texts = path.split('/').slice(1);
    for (const candidate of ranked) {
      if (candidate.method !== 'ANY' && candidate.method !== method) continue;
      const pathParameters = matchSegments(candidate.segments, texts);
      if (pathParameters !== undefined) return { ...candidate.route, pathParameters };
    }
    return fallback && { ...fallback, pathParameters: {} };
  };
};

const refuseDuplicates = (routes: readonly Route[]): void => {
  const seen = new Set<string>();
  for (const { routeKey } of routes) {
    if (seen.has(routeKey)) throw new TypeError(`route key "${routeKey}" appears twice`);
    seen.add(routeKey);
  }
};

const compile = (route: Route): CompiledRoute => {
  const parts = /^(ANY|GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS) \/(.*)$/.exec(route.routeKey);
  if (!parts) throw new TypeError(`"${route.routeKey}" is no route key`);
  const [, method = '', path = ''] = parts;
  const segments = path.split('/').map(toSegment);
  const greedy = segments.findIndex(({ kind }) => kind === 'greedy');
  if (greedy !== -1 && greedy !== segments.length - 1) {
    throw new TypeError(`"${route.routeKey}": a greedy variable stands last`);
  }
  return { route, method, segments };
};

const toSegment = (text: string): Segment => {
  const variable = /^\{([^{}+]+)(\+?)\}$/.exec(text);
  if (!variable) return { kind: 'literal', text };
  return { kind: variable[2] === '+' ? 'greedy' : 'variable', name: variable[1] ?? '' };
};

const bySpecificity = (a: CompiledRoute, b: CompiledRoute): number => {
  const length = Math.min(a.segments.length, b.segments.length);
  for (let i = 0; i < length; i += 1) {
    const difference = rank(a.segments[i]) - rank(b.segments[i]);
    if (difference !== 0) return difference;
  }
  return Number(a.method === 'ANY') - Number(b.method === 'ANY');
};

const rank = (segment: Segment | undefined): number => (segment ? SPECIFICITY[segment.kind] : SPECIFICITY.literal);

const matchSegments = (
  segments: readonly Segment[],
  texts: readonly string[],
): Readonly<Record<string, string>> | undefined => {
  const parameters = new Map<string, string>();
  for (const [i, segment] of segments.entries()) {
    if (segment.kind === 'greedy') {
      const rest = texts.slice(i).join('/');
      return rest === '' ? undefined : Object.fromEntries(parameters.set(segment.name, rest));
    }
    const text = texts[i];
    if (text === undefined) return undefined;
    if (segment.kind === 'literal' && segment.text !== text) return undefined;
    if (segment.kind === 'variable') {
      if (text === '') return undefined;
      parameters.set(segment.name, text);
    }
  }
  return segments.length === texts.length ? Object.fromEntries(parameters) : undefined;
};
