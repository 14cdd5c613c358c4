import { compileTemplate, literalText, parseTemplate, splitAtColons } from './glob.ts';
import type { Context } from './glob.ts';

/** A test of one text (an action, an ARN) against one entry of a policy. */
export type Pattern = (text: string, context: Context) => boolean;

const PARTITIONS: ReadonlySet<string> = new Set(['aws', 'aws-cn', 'aws-us-gov', '*']);

/** Compiles an entry of Action or NotAction: `*` or `service:name` with wildcards in the name, compared without case. */
export function actionPattern(entry: string): Pattern {
  if (!/^(\*|[a-z0-9-]+:[A-Za-z0-9*?]+)$/i.test(entry)) throw new SyntaxError(`malformed action "${entry}"`);
  const matches = compileTemplate(parseTemplate(entry.toLowerCase()));
  return (action, context) => matches(action.toLowerCase(), context);
}

/** Compiles an entry of Resource or NotResource: `*` or an ARN. */
export function resourcePattern(entry: string): Pattern {
  return entry === '*' ? () => true : arnPattern(entry);
}

/**
 * Compiles an ARN with wildcards. Each of its six parts is compared by itself, as IAM does: a `*` for the region never
 * swallows the account. Throws a SyntaxError when it is no ARN of a known partition.
 */
export function arnPattern(entry: string): Pattern {
  const [arn, partition, service, region, account, resource] = splitAtColons(parseTemplate(entry), 6);
  if (!arn || !partition || !service || !region || !account || !resource || literalText(arn) !== 'arn') {
    throw new SyntaxError(`malformed ARN "${entry}"`);
  }
  const literalPartition = entry.split(':')[1] ?? '';
  if (!PARTITIONS.has(literalPartition) || service.length === 0 || resource.length === 0) {
    throw new SyntaxError(`malformed ARN "${entry}"`);
  }
  const parts = [partition, service, region, account, resource].map(compileTemplate);
  return (text, context) => {
    const values = arnParts(text);
    return values !== undefined && parts.every((part, i) => part(values[i] ?? '', context));
  };
}

/** Partition, service, region, account and resource of an ARN; undefined when the text is not one. */
function arnParts(text: string): string[] | undefined {
  const parts = text.split(':');
  if (parts[0] !== 'arn' || parts.length < 6) return undefined;
  return [...parts.slice(1, 5), parts.slice(5).join(':')];
}
