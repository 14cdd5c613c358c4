/** One call of the issue path, as it went over the wire, so that another program can make the same. */
export type SdkCall =
  | { readonly service: 'dynamodb'; readonly operation: string; readonly body: string }
  | { readonly service: 'sts'; readonly body: string };

/** By operation and key (`Query request#r_…`), what DynamoDB answers. */
export type Answers = Readonly<Record<string, string>>;

/** What the stub is told: what to answer from now on, or to say what was called since. */
export type ToStub = { readonly answers: Answers } | { readonly calls: 'since' };
export type FromStub = { readonly endpoint: string } | { readonly calls: readonly SdkCall[] };

/** What a warm program is told, and what it says when that is done. */
export interface Turn {
  readonly issues: number;
}
export interface TurnDone {
  /** Of the whole process, its garbage collection and compilation too. */
  readonly cpuUs: number;
}
