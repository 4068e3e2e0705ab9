import { existsSync, readFileSync } from 'node:fs'
import { decodeCore } from '../../machine/cpu/core-image.ts'
import { useCore } from '../../machine/cpu/core-instance.ts'

/** Written when the package is built; the sources run without it, and generate the core instead. */
const file = new URL('../../machine/cpu/core.bin', import.meta.url)

/** Takes the CPU's core from its file, where there is one. */
export function loadCore(): void {
  if (existsSync(file)) useCore(decodeCore(readFileSync(file)))
}
