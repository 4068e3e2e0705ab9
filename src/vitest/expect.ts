import { expect as vitestExpect } from 'vitest'
import type { ExpectedExit } from '../../matchers/to-exit.ts'
import { toExit } from '../../matchers/to-exit.ts'
import { toHaveNoWritableExecutable } from '../../matchers/to-have-no-writable-executable.ts'
import { type ToMapOptions, toMap } from '../../matchers/to-map.ts'
import type { ScreenshotOptions } from '../../matchers/to-match-screenshot.ts'
import { type ToPrintOptions, toPrint } from '../../matchers/to-print.ts'
import { type ToShowOptions, toShow } from '../../matchers/to-show.ts'
import type { Pattern } from '../observe/condition.ts'
import { asVitestMatcher } from './assertion.ts'
import { toMatchScreenshot } from './screenshots.ts'

declare global {
  namespace Chai {
    // One declaration that both Vitest 4.1 and 5 take: their own `Matchers` differ in type parameters.
    interface Assertion {
      /** Runs the guest to its ending, which must be the expected one; `'success'` where none is named. */
      toExit(expected?: ExpectedExit): Promise<void>
      /** The guest prints `pattern`; waits for it. A regular expression is tried after each byte. */
      toPrint(pattern: Pattern, options?: ToPrintOptions): Promise<void>
      /** A text-mode screen shows `pattern` within one row; waits for it. */
      toShow(pattern: Pattern, options?: ToShowOptions): Promise<void>
      /** The page tables map a linear address, or a range, with the given permissions. */
      toMap(linear: bigint | number, options?: ToMapOptions): Promise<void>
      /** No page is both writable and executable. */
      toHaveNoWritableExecutable(): Promise<void>
      /** The screen looks as its reference picture under `__screenshots__`. */
      toMatchScreenshot(name?: string, options?: ScreenshotOptions): Promise<void>
      toMatchScreenshot(options: ScreenshotOptions): Promise<void>
    }
  }
}

vitestExpect.extend({
  toExit: asVitestMatcher(toExit),
  toPrint: asVitestMatcher(toPrint),
  toShow: asVitestMatcher(toShow),
  toMap: asVitestMatcher(toMap),
  toHaveNoWritableExecutable: asVitestMatcher(toHaveNoWritableExecutable),
  toMatchScreenshot,
})

/** Vitest's `expect`, which knows kerneltest's matchers from here on. */
export const expect: typeof vitestExpect = vitestExpect
