import { resolve } from 'node:path'
import { type MediumKind, mediumFlaws } from '../image/medium.ts'
import { openSource } from './image-file.ts'
import { checkReadable } from './readable-file.ts'

/** A file that is put into a drive. */
export interface MediumFile {
  /** Whole: an engine may run elsewhere than the test. */
  readonly path: string
  /** What is odd about it, in one line each. */
  readonly notes: readonly string[]
}

/**
 * Looks at a file that `option` puts into a drive.
 * @throws KernelTestError KT1001, KT1011, and KT4006 where it may not be read.
 */
export async function mediumFile(option: string, kind: MediumKind, path: string): Promise<MediumFile> {
  await checkReadable(option, path)
  const source = openSource(path)
  try {
    const flaws = mediumFlaws(source, `${path}, named in \`${option}\`,`, kind)
    const notes = flaws.map(({ id, what, consequence }) => `${path}: ${what}; ${consequence} [${id}]`)
    return { path: resolve(path), notes }
  } finally {
    source.close()
  }
}
