import { describe, expect, test } from '@jest/globals';
import type { Broken } from './broken.ts';
import type { Law } from './laws.ts';
import type { TemplateLaw } from './resource-laws.ts';
import { type Compiled, resolved } from './template.ts';

/** By what they say: laws, and templates that break each. */
type Laws<Each> = Readonly<Record<string, readonly [Each, readonly Broken[]]>>;

export type TemplateLaws = Laws<TemplateLaw>;
export type StackLaws = Laws<Law>;

/** Tests that each law finds nothing in the template, and in each that breaks it what is broken. */
export const testTemplateLaws = (laws: TemplateLaws, template: () => unknown): void => {
  testLaws(laws, template, (law, of) => law(of));
};

/** The same, of laws about the stack that a template makes. */
export const testStackLaws = (laws: StackLaws, compiled: () => Compiled): void => {
  testLaws(
    laws,
    () => compiled().template,
    (law, of) => law(resolved(of), compiled().access),
  );
};

const testLaws = <Each>(
  laws: Laws<Each>,
  template: () => unknown,
  faults: (law: Each, of: unknown) => readonly string[],
): void => {
  describe.each(Object.entries(laws))('%s', (_law, [law, broken]) => {
    test('holds', () => {
      expect(faults(law, template())).toStrictEqual([]);
    });

    test.each(broken)('and would not: %s', (_what, breaking, found) => {
      expect(faults(law, breaking(template())).join('\n')).toContain(found);
    });
  });
};
