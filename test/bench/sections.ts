import type { Section } from './section.ts';
import { attacks, canaries } from './sections/attacks.ts';
import { audit } from './sections/audit.ts';
import { bundles } from './sections/bundles.ts';
import { coverage } from './sections/coverage.ts';
import { identity } from './sections/identity.ts';
import { memory } from './sections/memory.ts';
import { model } from './sections/model.ts';
import { mutants } from './sections/mutants.ts';
import { portal } from './sections/portal.ts';
import { cli, issue } from './sections/races.ts';
import { scale } from './sections/scale.ts';

/** What can be measured, by name, in the order of the design's table; what it does not ask for comes last. */
export const sections: Readonly<Record<string, Section>> = {
  ...{ issue, identity, scale, model, attacks, canaries, coverage, mutants, memory },
  ...{ cli, bundles, portal, audit },
};
