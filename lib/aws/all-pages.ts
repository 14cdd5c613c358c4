import type { DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import type { Item } from './ledger-item.ts';

/**
 * All that a query finds: it answers at most 1 MB a time.
 * @param pageFrom the query, begun where the page before it ended
 */
export const allPages = async (
  { client }: { readonly client: DynamoDBClient },
  pageFrom: (start: Item | undefined) => QueryCommand,
): Promise<readonly Item[]> => {
  const items: Item[] = [];
  let from: Item | undefined;
  do {
    const page = await client.send(pageFrom(from));
    items.push(...(page.Items ?? []));
    from = page.LastEvaluatedKey;
  } while (from);
  return items;
};
