// Generates the CPU's WebAssembly core into the build: it takes longer than a first boot may.
import { writeFileSync } from 'node:fs'
import { encodeCore } from '../dist/src/machine/cpu/core-image.js'
import { buildCore } from '../dist/src/machine/cpu/interpreter/core.js'

writeFileSync(new URL('../dist/src/machine/cpu/core.bin', import.meta.url), encodeCore(buildCore()))
