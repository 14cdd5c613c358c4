import * as z from 'zod';

/** A person of the local tenant, or somebody who only visits it. */
export interface TeamsMember {
  /** Their object in Entra. */
  readonly id: string;
  readonly name: string;
  /** Another one than ours: a channel that is shared with them. */
  readonly tenantId: string;
  readonly guest?: true;
}

export interface TeamsMessage {
  /** `19:…;messageid=…`, the same for all of a thread, or `a:…` of a conversation with one person. */
  readonly conversation: string;
  readonly id: string;
  readonly summary: string;
  readonly cards: readonly TeamsCard[];
  readonly edits: number;
}

export interface TeamsWorld {
  readonly tenantId: string;
  readonly appId: string;
  readonly appPassword: string;
  readonly channels: readonly { readonly id: string; readonly name: string }[];
  readonly members: readonly TeamsMember[];
  /** Oldest first. */
  readonly messages: TeamsMessage[];
  /** What one person sees in the place of a message's card, by `<person> <message>`, until it is changed. */
  readonly replaced: Map<string, TeamsCard>;
  /** What the bot may speak with. */
  readonly tokens: Set<string>;
}

const run = z.strictObject({
  type: z.literal('TextRun'),
  text: z.string().min(1),
  size: z.enum(['Small', 'Default', 'Medium', 'Large']).optional(),
  weight: z.enum(['Default', 'Bolder', 'Lighter']).optional(),
});
const spacing = z.enum(['None', 'Small', 'Default', 'Medium', 'Large']).optional();
const rich = z.strictObject({ type: z.literal('RichTextBlock'), spacing, inlines: z.array(run).min(1) });
const input = {
  id: z.string().min(1),
  label: z.string().optional(),
  isRequired: z.boolean().optional(),
  errorMessage: z.string().optional(),
};

/** https://adaptivecards.io/explorer, as far as we send it: whatever else is there is refused, a `TextBlock` with its Markdown too. */
const element = z.discriminatedUnion('type', [
  rich,
  z.strictObject({
    type: z.literal('ColumnSet'),
    spacing,
    columns: z.array(z.strictObject({ type: z.literal('Column'), width: z.string(), items: z.array(rich) })).min(1),
  }),
  z.strictObject({
    type: z.literal('Input.Text'),
    ...input,
    isMultiline: z.boolean().optional(),
    maxLength: z.int().optional(),
  }),
  z.strictObject({
    type: z.literal('Input.ChoiceSet'),
    ...input,
    style: z.enum(['compact', 'expanded']),
    value: z.string().optional(),
    choices: z.array(z.strictObject({ title: z.string().min(1), value: z.string() })).min(1),
  }),
]);

const action = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('Action.Execute'),
    title: z.string().min(1),
    verb: z.string().min(1),
    style: z.enum(['default', 'positive', 'destructive']).optional(),
    data: z.record(z.string(), z.string()).optional(),
  }),
  z.strictObject({ type: z.literal('Action.OpenUrl'), title: z.string().min(1), url: z.url() }),
]);

export const cardSchema = z.strictObject({
  type: z.literal('AdaptiveCard'),
  $schema: z.url(),
  version: z.literal('1.5'),
  msteams: z.strictObject({ width: z.literal('Full') }).optional(),
  body: z.array(element),
  // Teams shows six.
  actions: z.array(action).max(6),
});

export type TeamsCard = z.infer<typeof cardSchema>;

export const activitySchema = z.strictObject({
  type: z.literal('message'),
  summary: z.string(),
  attachmentLayout: z.literal('list').optional(),
  attachments: z
    .array(z.strictObject({ contentType: z.literal('application/vnd.microsoft.card.adaptive'), content: cardSchema }))
    .min(1),
});
