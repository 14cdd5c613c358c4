import { member, objects } from './json.ts';
import type { JsonObject } from './json.ts';
import type { TableAccess } from './operations.ts';

/**
 * The values of `dynamodb:LeadingKeys`: every partition key that the request names, as text. Empty when it names none,
 * as in a Scan; the key is then absent, as on AWS.
 */
export function leadingKeys(access: TableAccess, partitionKey: string): string[] {
  const values = access.keys.map((key) => member(key, partitionKey));
  if (access.query) values.push(...queriedValues(access.query, partitionKey));
  return [...new Set(values.flatMap(asTexts))];
}

/** An attribute value has one type; one that claims several is refused by the tables, until then all of them count. */
function asTexts(value: unknown): string[] {
  return ['S', 'N', 'B'].map((type) => member(value, type)).filter((text) => typeof text === 'string');
}

function queriedValues(query: JsonObject, partitionKey: string): unknown[] {
  const legacy = member(member(query['KeyConditions'], partitionKey), 'AttributeValueList');
  const expression = query['KeyConditionExpression'];
  return [
    ...objects(legacy),
    ...(typeof expression === 'string' ? comparedValues(query, expression, partitionKey) : []),
  ];
}

/**
 * Every value that the expression says the partition key equals. The tables insist on exactly one; finding more than they
 * would only makes the decision stricter.
 */
function comparedValues(query: JsonObject, expression: string, partitionKey: string): unknown[] {
  const tokens = expression.match(/[#:]?\w+|\S/g) ?? [];
  const isKey = (token = '') =>
    (token.startsWith('#') ? member(query['ExpressionAttributeNames'], token) : token) === partitionKey;
  const valueOf = (token = '') => member(query['ExpressionAttributeValues'], token);
  return tokens.flatMap((token, i) => {
    if (token !== '=') return [];
    const [left, right] = [tokens[i - 1], tokens[i + 1]];
    return [...(isKey(left) ? [valueOf(right)] : []), ...(isKey(right) ? [valueOf(left)] : [])];
  });
}
