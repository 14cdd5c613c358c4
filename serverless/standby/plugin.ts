import { fenced } from './fence.ts';
import { withCopies } from './home.ts';
import { type StandbyOf, asReplica } from './replica.ts';
import type { Template } from './template.ts';

export interface Standby {
  readonly stage: string;
  readonly region: string;
  /** Of a stage that has a standby. */
  readonly standby?: { readonly region: string; readonly witness: string } | undefined;
  /** Of a stage that is one. */
  readonly standbyOf?: StandbyOf | undefined;
  /** Whether it is the one that writes; unless said so, the one that is no standby does. */
  readonly writes?: boolean | undefined;
}

/**
 * A stage that has a standby in another region, and the stage that is one (docs/decisions/0044). What serverless.yml compiles to is changed, so that
 * no function, role, queue or schedule that comes later is forgotten; of any other stage nothing is.
 */
export const withStandby = (template: Template, { stage, region, standby, standbyOf, writes }: Standby): Template => {
  if (standbyOf) return fenced(asReplica(template, stage, standbyOf), writes ?? false);
  if (!standby) return template;
  const copies = { here: region, away: standby.region, witness: standby.witness };
  return fenced(withCopies(template, copies), writes ?? true);
};

/** What of the framework is used here: it makes one of these and goes by its `hooks`. */
interface Framework {
  readonly service: {
    readonly custom: { readonly standby: Readonly<Record<keyof Omit<Standby, 'stage' | 'region'>, unknown>> };
    readonly provider: {
      readonly stage: string;
      readonly region: string;
      compiledCloudFormationTemplate: Template;
    };
  };
}

export default class StandbyPlugin {
  readonly hooks: Readonly<Record<string, () => void>>;

  constructor({ service }: Framework) {
    this.hooks = {
      'after:aws:package:finalize:mergeCustomProviderResources': () => {
        const { provider, custom } = service;
        const said = Object.fromEntries(Object.entries(custom.standby).filter(([, value]) => value !== ''));
        const { stage, region, compiledCloudFormationTemplate: template } = provider;
        provider.compiledCloudFormationTemplate = withStandby(template, { stage, region, ...said });
      },
    };
  }
}
