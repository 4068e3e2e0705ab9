/**
 * Throws when `condition` is false: a mistake of ours, never of a user's. `sentence` says what should have
 * held.
 */
export function invariant(condition: unknown, sentence: string): asserts condition {
  if (!condition) throw new Error(`kerneltest is wrong here (please report it): ${sentence}`)
}
