import type { Pattern } from '../src/observe/condition.ts'
import { didYouMean } from '../src/support/closest.ts'
import { KernelTestError } from '../src/support/errors.ts'

/**
 * Test files are run without a look at their types, and a misspelt option that is ignored makes a test green
 * for the wrong reason.
 * @throws KernelTestError KT5002 for an option that is not `known`.
 */
export function checkOptions(matcher: string, options: object, known: readonly string[]): void {
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue
    const guess = didYouMean(name, known)
    throw new KernelTestError(
      'KT5002',
      `${matcher} has no option \`${name}\``,
      guess === '' ? `Its options are ${known.join(', ')}.` : guess,
    )
  }
}

/** @throws KernelTestError KT5002 for anything but a text or a regular expression. */
export function checkPattern(matcher: string, pattern: Pattern): void {
  if (typeof pattern === 'string' || pattern instanceof RegExp) return
  throw new KernelTestError(
    'KT5002',
    `${matcher} got ${String(pattern)} to look for`,
    'Give it a text or a regular expression.',
  )
}
