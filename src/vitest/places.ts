import { join, relative, resolve } from 'node:path'
import { inject } from 'vitest'

/** What the plugin tells the tests. */
export interface ProvidedPlaces {
  readonly root: string
  readonly attachments: string
}

/** Where files of a test lie; without the plugin: under the working directory. */
export function placesOf(testPath: string): ProvidedPlaces & { readonly testFile: string } {
  const provided = inject('kerneltest' as never) as ProvidedPlaces | undefined
  const root = provided?.root ?? process.cwd()
  const attachments = provided?.attachments ?? join(root, '.kerneltest', 'attachments')
  return { root, attachments: resolve(root, attachments), testFile: relative(root, testPath) }
}
