import type { CompiledAccess } from '../lib/config/access.ts';
import type { Notice } from '../lib/broker/notice.ts';
import type { compile } from './compile.ts';
import type { startFunctions } from './gateway/functions.ts';
import type { AnsweredCall } from './gateway/heard.ts';
import type { Account } from './idp/accounts.ts';
import type { SamlOptions } from './idp/saml.ts';
import type { LaptopProviders } from './laptop-access.ts';
import type { LocalStack } from './template.ts';

export const REGION = 'eu-west-1';

export interface Ports {
  readonly gateway: number;
  readonly oidc: number;
  readonly aws: number;
  readonly dynamodb: number;
  readonly saml: number;
  readonly slack: number;
  readonly teams: number;
}

export interface StackOptions {
  /** 0 takes a free one. */
  readonly ports: Ports;
  /** Everything that survives a restart. */
  readonly folder: string;
  readonly fresh?: boolean;
  /** The access policy, given the identity providers. */
  readonly access: (providers: LaptopProviders) => CompiledAccess;
  /** What the SAML identity provider calls itself. */
  readonly samlHost?: SamlOptions['host'];
  /** A line of a function's log. */
  readonly log: (functionId: string, line: string) => void;
  /** The local AWS's time only; the functions have the machine's. */
  readonly awsClock?: () => Date;
  /** For tests on a slow machine: how long Slack waits for a window. */
  readonly slackTriggerMs?: number;
  /** How often the ledger is looked at for changes to tell, in ms; every second unless said otherwise. */
  readonly ledgerStreamIntervalMs?: number;
  /** Gets every notice that somebody would be told. */
  readonly onNotice?: (notice: Notice) => void;
  /** How often what is due is looked for, in ms; every minute unless said otherwise. */
  readonly scheduleIntervalMs?: number;
  /** Begins every secret that the local AWS gives out, for tests that look for leaks. */
  readonly secretMark?: string;
  /** For tests, of which many run what is the same. */
  readonly compile?: typeof compile;
  /** For tests with more people than the laptop has. */
  readonly accounts?: readonly Account[];
  /** Stands between the functions and what stands in for AWS: given the latter's address, answers with those that the functions get. */
  readonly between?: (endpoint: string) => Promise<ServiceEndpoints>;
  /** Stands between what checks privileges and the tables: given the tables' address, answers with its own. */
  readonly betweenTables?: (endpoint: string) => Promise<string>;
  /** Told of each call of a function that came to an end. */
  readonly onAnswered?: (call: AnsweredCall) => void;
  /** What runs the functions: worker threads of this process, unless said otherwise. */
  readonly runs?: typeof startFunctions;
  /** Changes the compiled stack before it runs, as a wrong deployment would. */
  readonly alter?: (stack: LocalStack) => LocalStack;
}

/** Where the functions find DynamoDB, and where all else of AWS. */
export interface ServiceEndpoints {
  readonly dynamodb: string;
  readonly others: string;
}
