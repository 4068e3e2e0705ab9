import { existsSync, readFileSync } from 'node:fs'
import { decodeCore } from '../../machine/cpu/core-image.ts'
import { hasCore, useCore } from '../../machine/cpu/core-instance.ts'

/** Written when the package is built. */
const file = new URL('../../machine/cpu/core.bin', import.meta.url)

/** Takes the CPU's core from its file, once. The sources have none, and generate it: that takes longer. */
export async function loadCore(): Promise<void> {
  if (hasCore()) return
  if (existsSync(file)) useCore(decodeCore(readFileSync(file)))
  else useCore((await import('../../machine/cpu/interpreter/core.ts')).buildCore())
}
