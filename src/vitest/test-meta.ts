import type { ComparisonRecord } from '../report/run-record.ts'

/**
 * What a test worker tells our reporter about one screenshot; the reporter adds the test. Paths are absolute.
 */
export type ScreenshotMeta = Omit<ComparisonRecord, 'test'>

const key = 'kerneltest'

/** Adds to a task's `meta`, which Vitest carries from the worker to reporters. */
export function addScreenshot(meta: object, screenshot: ScreenshotMeta): void {
  // A retry takes the same screenshots again.
  const others = screenshotsOf(meta).filter(({ name }) => name !== screenshot.name)
  const screenshots = [...others, screenshot]
  Object.assign(meta, { [key]: { screenshots } })
}

export function screenshotsOf(meta: object): readonly ScreenshotMeta[] {
  const known = (meta as { readonly [key]?: { readonly screenshots?: readonly ScreenshotMeta[] } })[key]
  return known?.screenshots ?? []
}
