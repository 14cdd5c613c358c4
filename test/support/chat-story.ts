import type { Browser } from '../../local/browser.ts';
import type { TestStack } from './stack.ts';

export const PEOPLE = ['engineer', 'approver', 'security', 'auditor', 'outsider'] as const;

/** What happens beside a chat, whichever it is: in the portal, and behind it. */
export interface ChatStory {
  /** @throws TypeError for whoever is not of `PEOPLE` */
  browserOf(name: string): Browser;
  /** Until nothing is on its way any more: the ledger's stream, then what it put on the queues, and what came of that. */
  settle(): Promise<void>;
  /** In the portal. @param texts those of the message that shows it @returns the page that answers */
  sayCode(name: string, texts: readonly string[]): Promise<string>;
  /** The engineer does, in the portal, for a quarter of an hour. @returns the request's id, once everybody is told */
  ask(entitlementId: string): Promise<string>;
  /** All but that it was asked for. */
  eventsOf(id: string): Promise<readonly { readonly type: string; readonly actor: { readonly handle: string } }[]>;
}

/** With everybody signed in, each in a browser of their own. */
export const chatStory = async (stack: TestStack): Promise<ChatStory> => {
  const browsers = new Map<string, Browser>();
  for (const name of PEOPLE) browsers.set(name, await stack.signedIn(`${name}@example.com`));
  const story: ChatStory = {
    browserOf: (name) => {
      const browser = browsers.get(name);
      if (!browser) throw new TypeError(`${name} is not signed in`);
      return browser;
    },

    settle: async () => {
      for (let times = 0; times < 3; times += 1) {
        for (const queue of stack.queues) await queue.poll();
        await stack.ledgerStream.poll();
      }
    },

    sayCode: async (name, texts) => {
      const code = texts.find((text) => /^[B-Z]{4}-[B-Z]{4}$/.test(text)) ?? '';
      const browser = story.browserOf(name);
      const page = await (await browser.open('/chat/link')).text();
      const [, csrf = ''] = /name="csrf" value="([^"]+)"/.exec(page) ?? [];
      return (await browser.submit('/chat/link', { csrf, code, decision: 'link' })).text();
    },

    ask: async (entitlementId) => {
      const body = { entitlementId, justification: 'The queue is stuck.', durationSeconds: 900 };
      const ticket = entitlementId === 'prod-admin' ? { ticket: 'OPS-1' } : {};
      const { json } = await story.browserOf('engineer').call('POST', '/v1/requests', { ...body, ...ticket });
      const { id } = json['request'] as { id: string };
      await story.settle();
      return id;
    },

    eventsOf: async (id) => {
      const { json } = await story.browserOf('auditor').call('GET', `/v1/requests/${id}`);
      return (json['events'] as { type: string; actor: { handle: string } }[]).slice(1);
    },
  };
  return story;
};
