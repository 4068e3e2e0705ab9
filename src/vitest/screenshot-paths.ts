import { basename, dirname, join } from 'node:path'
import { sanitize } from './attachments.ts'

/** Where the references of a test file lie. */
export function referenceFolder(testPath: string): string {
  return join(dirname(testPath), '__screenshots__', basename(testPath))
}

export interface ScreenshotPaths {
  readonly reference: string
  readonly actual: string
  readonly difference: string
  /** The old reference, when another was accepted. */
  readonly replaced: string
}

/**
 * Paths as Vitest's browser mode names them, with the display in place of browser and platform: what a guest
 * shows does not depend on the host.
 * @param name may have `/` in it for folders.
 * @param attachments where files of failed tests go. @param testFile relative to the root.
 */
export function screenshotPaths(
  testPath: string,
  testFile: string,
  attachments: string,
  name: string,
): ScreenshotPaths {
  const file = name
    .split('/')
    .filter((part) => part !== '' && part !== '.' && part !== '..')
    .map(sanitize)
    .join('/')
  const kept = join(attachments, dirname(testFile), basename(testFile))
  return {
    reference: join(referenceFolder(testPath), `${file}-${display}.png`),
    actual: join(kept, `${file}-actual-${display}.png`),
    difference: join(kept, `${file}-diff-${display}.png`),
    replaced: join(kept, `${file}-reference-${display}.png`),
  }
}

/** The only display so far. */
const display = 'vga'
