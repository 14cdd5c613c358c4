import { DeleteItemCommand } from '@aws-sdk/client-dynamodb';
import type { ChatAccount } from '../chatops/act.ts';
import type { ChatCodes, ChatLinkStore } from '../chatops/port.ts';
import type { Handle } from '../domain/principal.ts';
import { parseChatLink, parseWaitingChat } from './chat-schema.ts';
import {
  type IdentityKey,
  type IdentityTable,
  getIdentityItem,
  identityItem,
  keyOf,
  listIdentityItems,
  putIdentityItem,
  unlessThere,
} from './identity-item.ts';
import { orUnavailable, wasWritten } from './unavailable.ts';

const accountText = ({ platform, workspace, user }: ChatAccount): string => `${platform}#${workspace}#${user}`;

const byAccount = (account: ChatAccount): IdentityKey => ({
  ...{ kind: 'chatlink', of: accountText(account), sort: 'link' },
});
/** No platform is called as a handle begins. */
const byHandle = (handle: Handle, account: ChatAccount): IdentityKey => ({
  ...{ kind: 'chatlink', of: handle, sort: accountText(account) },
});
const codeKey = (codeHash: string): IdentityKey => ({ kind: 'chatcode', of: codeHash, sort: 'code' });

/** Who chat accounts are, in the identity table: an item by the account, which decides, and one by the person, which finds it. */
export const dynamoChatLinks = (at: IdentityTable): ChatLinkStore => {
  const find: ChatLinkStore['find'] = async (account) => {
    const link = parseChatLink(await getIdentityItem(at, byAccount(account)));
    // The item must say what its key says.
    return link && accountText(link.account) === accountText(account) ? link : undefined;
  };
  return {
    find,
    of: async (handle) => {
      const links = (await listIdentityItems(at, 'chatlink', handle)).map(parseChatLink);
      const decided = await Promise.all(links.flatMap((link) => (link ? [find(link.account)] : [])));
      return decided.flatMap((link) => (link?.handle === handle ? [link.account] : []));
    },
    put: async (link) => {
      const { account, handle } = link;
      await orUnavailable(
        'a link cannot be stored',
        putIdentityItem(at, identityItem(byHandle(handle, account), link)),
      );
      await orUnavailable('a link cannot be stored', putIdentityItem(at, identityItem(byAccount(account), link)));
    },
    remove: async ({ account, handle }) => {
      for (const key of [byAccount(account), byHandle(handle, account)])
        await orUnavailable(
          'a link cannot be removed',
          at.client.send(new DeleteItemCommand({ TableName: at.table, Key: keyOf(key) })),
        );
    },
  };
};

/** Chat accounts that wait for their person, under the hash of the code that they were given. */
export const dynamoChatCodes = (at: IdentityTable): ChatCodes => ({
  begin: (codeHash, waiting) =>
    wasWritten(
      'a code cannot be stored',
      putIdentityItem(at, identityItem(codeKey(codeHash), waiting, waiting.expiresAt), unlessThere(at.clock)),
    ),
  find: async (codeHash) => parseWaitingChat(await getIdentityItem(at, codeKey(codeHash))),
});
