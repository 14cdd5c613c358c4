import type { Tickets } from '../broker/ports.ts';
import type { TicketFound } from '../domain/ticket.ts';
import type { JsonObject } from '../identity/strict-json.ts';
import { type Asking, askService, basic, pathSegment, textAt, valueAt } from './ask-service.ts';
import type { TicketService } from './ports.ts';

/** The ticket services of access.yml, over HTTPS. `onUnavailable` is told why one could not be asked; the caller only that. */
export const ticketServices = (
  services: readonly TicketService[],
  asking: Asking & { readonly onUnavailable: (service: string, cause: unknown) => void },
): Tickets => ({
  look: async (id, ticket) => {
    try {
      const service = services.find((each) => each.id === id);
      if (!service) throw new Error(`there is no ticket service ${id}`);
      return await lookAt(service, ticket, asking);
    } catch (cause) {
      asking.onUnavailable(id, cause);
      return 'unavailable';
    }
  },
});

const MISSING: TicketFound = { state: 'missing' };

const lookAt = async (service: TicketService, ticket: string, asking: Asking): Promise<TicketFound> => {
  const url = addressOf(service, ticket);
  // What cannot be asked for safely is no ticket of theirs.
  if (!url) return MISSING;
  const { token, user } = service;
  const json = await askService(asking, url, {
    ...(token === undefined ? {} : { token }),
    ...(user === undefined ? {} : { authorization: basic(user) }),
  });
  return json ? foundIn(service, ticket, json) : MISSING;
};

const addressOf = (service: TicketService, ticket: string): URL | undefined => {
  const base = service.url.replace(/\/$/, '');
  const segment = pathSegment(ticket);
  if (segment === undefined) return undefined;
  switch (service.type) {
    case 'jira':
      return new URL(`${base}/rest/api/2/issue/${segment}?fields=status,assignee`);
    case 'servicenow': {
      // NB. ^ joins conditions in an encoded query and needs no %: only what a number is made of is asked about.
      if (!/^[A-Za-z0-9]{1,40}$/.test(ticket)) return undefined;
      const query = new URLSearchParams({
        sysparm_query: `number=${ticket}`,
        sysparm_fields: 'number,active,assigned_to.email',
        sysparm_limit: '2',
      });
      return new URL(`${base}/api/now/table/task?${query.toString()}`);
    }
    case 'generic':
      return new URL(service.url.replace('{ticket}', () => segment));
  }
};

const foundIn = (service: TicketService, ticket: string, json: JsonObject): TicketFound => {
  switch (service.type) {
    case 'jira':
      // Under another key it was moved, and is no longer the ticket that was named.
      return textAt(json, '/key') === ticket
        ? found(
            stateOf(textAt(json, '/fields/status/statusCategory/key'), 'done'),
            json,
            '/fields/assignee/emailAddress',
          )
        : MISSING;
    case 'servicenow':
      return valueAt(json, '/result/1') === undefined && textAt(json, '/result/0/number') === ticket
        ? found(stateOf(textAt(json, '/result/0/active'), 'false'), json, '/result/0/assigned_to.email')
        : MISSING;
    case 'generic': {
      const state = textAt(json, service.state);
      if (state === undefined) throw new Error(`${service.id} does not say what state the ticket is in`);
      return found(service.open.includes(state) ? 'open' : 'closed', json, service.assignee);
    }
  }
};

const stateOf = (state: string | undefined, closed: string): 'open' | 'closed' => {
  if (state === undefined) throw new Error('the answer does not say what state the ticket is in');
  return state === closed ? 'closed' : 'open';
};

const found = (state: 'open' | 'closed', json: JsonObject, pointer: string | undefined): TicketFound => {
  const assignee = pointer === undefined ? undefined : textAt(json, pointer);
  return { state, ...(assignee === undefined ? {} : { assignee }) };
};
