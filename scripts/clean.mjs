// Removes the build's output, so that no file of an earlier layout is tested or packed.
import { rmSync } from 'node:fs'

rmSync(new URL('../dist', import.meta.url), { recursive: true, force: true })
