import { type IncomingMessage, createServer } from 'node:http';
import { closeServer, listenOnLoopback } from './gateway/loopback.ts';

export interface LocalTicket {
  readonly open: boolean;
  readonly assignee?: string;
}

export interface TicketServer {
  readonly origin: string;
  /** The paths and queries that were asked for, as they came. */
  readonly asked: readonly string[];
  /** Opens, closes or assigns a ticket; `undefined` removes it. */
  set(ticket: string, to: LocalTicket | undefined): void;
  close(): Promise<void>;
}

interface Asked {
  readonly path: string;
  readonly query: URLSearchParams;
}

interface Answer {
  readonly status: number;
  readonly json: object;
}

/**
 * Stands in for Jira (`/rest/api/2/issue/…`), ServiceNow (`/api/now/table/task`) and a service of one's own (`/tickets/…`), as far as
 * Hatcheck asks them; all know the same tickets. Whoever does not bring `token` is told 401.
 */
export const startTicketServer = async ({
  port,
  token,
  tickets = {},
}: {
  readonly port: number;
  readonly token: string;
  readonly tickets?: Readonly<Record<string, LocalTicket>>;
}): Promise<TicketServer> => {
  const known = new Map(Object.entries(tickets));
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    const { status, json } = isKnown(request, token)
      ? answer(known, asOf(request))
      : { status: 401, json: { message: 'who asks?' } };
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(json));
  });
  const listening = await listenOnLoopback(server, port);
  return {
    origin: `http://127.0.0.1:${listening}`,
    asked,
    set: (ticket, to) => {
      if (to) known.set(ticket, to);
      else known.delete(ticket);
    },
    close: () => closeServer(server),
  };
};

const isKnown = ({ headers }: IncomingMessage, token: string): boolean => {
  const [scheme = '', given = ''] = (headers.authorization ?? '').split(' ');
  if (scheme === 'Basic') return Buffer.from(given, 'base64').toString().endsWith(`:${token}`);
  return scheme === 'Bearer' && given === token;
};

/** What is no address asks for nothing. */
const asOf = (request: IncomingMessage): Asked => {
  const url = URL.parse(request.url ?? '', 'http://127.0.0.1');
  return { path: url?.pathname ?? '', query: url?.searchParams ?? new URLSearchParams() };
};

const NOWHERE: Answer = { status: 404, json: { message: 'no such thing' } };

const answer = (tickets: ReadonlyMap<string, LocalTicket>, { path, query }: Asked): Answer => {
  const [, kind, segment = ''] = /^\/(rest\/api\/2\/issue|tickets)\/([^/]+)$/.exec(path) ?? [];
  if (path === '/api/now/table/task') return tasks(tickets, query.get('sysparm_query') ?? '');
  const name = decoded(segment);
  const ticket = tickets.get(name);
  if (!ticket) return NOWHERE;
  return { status: 200, json: kind === 'tickets' ? own(ticket) : issue(name, ticket) };
};

/** As it stands where it is not encoded as it should be: there is no such ticket. */
const decoded = (segment: string): string => {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
};

/** https://docs.atlassian.com/software/jira/docs/api/REST/9.17.0/#api/2/issue-getIssue */
const issue = (key: string, { open, assignee }: LocalTicket): object => ({
  key,
  fields: {
    status: { name: open ? 'In Progress' : 'Done', statusCategory: { key: open ? 'indeterminate' : 'done' } },
    assignee: assignee === undefined ? null : { displayName: assignee, emailAddress: assignee },
  },
});

/** ServiceNow's Table API answers a list, every value a text. */
const tasks = (tickets: ReadonlyMap<string, LocalTicket>, query: string): Answer => {
  const number = query.replace(/^number=/, '');
  const ticket = tickets.get(number);
  const row = ticket && { number, active: String(ticket.open), 'assigned_to.email': ticket.assignee ?? '' };
  return { status: 200, json: { result: row ? [row] : [] } };
};

const own = ({ open, assignee }: LocalTicket): object => ({
  status: { name: open ? 'in progress' : 'resolved' },
  ...(assignee === undefined ? {} : { owner: { email: assignee } }),
});
