import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * Programs as a compiler has made them, and what they have printed on the host. To record:
 * `KERNELTEST_RECORD_PROGRAMS=1 npx vitest run --config vitest.slow.config.ts test/machine/programs`.
 */
export const recordedFolder = fileURLToPath(new URL('recorded/', import.meta.url))

interface Recorded {
  readonly name: string
  readonly path: string
  readonly text: string
}

export function readRecorded(): readonly Recorded[] {
  const names = readdirSync(recordedFolder).flatMap((file) =>
    file.endsWith('.elf') ? [basename(file, '.elf')] : [],
  )
  return names.map((name) => ({
    name,
    path: join(recordedFolder, `${name}.elf`),
    text: readFileSync(join(recordedFolder, `${name}.txt`), 'utf8'),
  }))
}
