export type {
  FailFastHit,
  Matcher,
  Observations,
  OutputObservation,
  Surroundings,
  Verdict,
  WaitFor,
  WaitSubject,
} from './matcher.ts'
export { type ExpectedExit, toExit } from './to-exit.ts'
export { toHaveNoWritableExecutable } from './to-have-no-writable-executable.ts'
export { type ToMapOptions, toMap } from './to-map.ts'
export {
  compareScreenshot,
  pictureOf,
  type ScreenshotComparison,
  type ScreenshotOptions,
  screenshotMessage,
} from './to-match-screenshot.ts'
export { type ToPrintOptions, toPrint } from './to-print.ts'
export { type ToShowOptions, toShow } from './to-show.ts'
