const WITHIN_MS = 15_000;
const BETWEEN_MS = 50;

/**
 * For what comes by itself a moment after an act: says again and again what is expected, until it holds. Throws the last failure where it
 * does not within 15 seconds. What is expected to be gone was to be seen there before.
 */
export const eventually = async (expectation: () => Promise<void>): Promise<void> => {
  const endMs = performance.now() + WITHIN_MS;
  for (;;)
    try {
      await expectation();
      return;
    } catch (failure) {
      if (performance.now() > endMs) throw failure;
      await new Promise((resolve) => setTimeout(resolve, BETWEEN_MS));
    }
};
