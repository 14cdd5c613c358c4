import { randomUUID } from 'node:crypto';
import type { Browser as ScriptedBrowser } from '../../local/browser.ts';
import type { RequestView } from '../../lib/broker/request-view.ts';
import type { TestStack } from './stack.ts';

/** Asks over the API, as the page would, signed in with a cookie; a reason of its own unless given. @returns the new request */
export const askFor = async (who: ScriptedBrowser, what: object): Promise<RequestView> => {
  const body = { justification: `The queue is stuck, ${randomUUID()}.`, durationSeconds: 3600, ...what };
  const { status, json } = await who.call('POST', '/v1/requests', body);
  if (status !== 201) throw new Error(`asking was answered ${status}: ${JSON.stringify(json)}`);
  return (json['request'] ?? (json['requests'] as readonly unknown[])[0]) as RequestView;
};

/** The same, as the engineer of the laptop, for production with a ticket. */
export const askForAdmin = async (stack: TestStack, what: object = {}): Promise<RequestView> =>
  askFor(await stack.signedIn('engineer@example.com'), { entitlementId: 'prod-admin', ticket: 'OPS-7', ...what });
