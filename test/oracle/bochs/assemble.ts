import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { nasmDefinitions } from './layout.ts'
import type { Probe } from './probe.ts'
import { origin, states } from './states.ts'

/** A probe's code, and the offset of what ends it. */
export interface Assembled {
  readonly code: Uint8Array
  readonly end: number
}

const source = fileURLToPath(new URL('rom.asm', import.meta.url))

/** The ROM without any probe. */
export function assembleRom(): Uint8Array {
  return assemble(readFileSync(source, 'utf8'))
}

/** All probes in one run of NASM: a directory of offsets and sizes, then a section for each. */
export function assembleProbes(probes: readonly Probe[]): readonly Assembled[] {
  const directory = probes.map(
    (_, index) => `dd section.p${index}.start, q${index}.size, q${index}.end - q${index}`,
  )
  const sections = probes.map((probe, index) => {
    const state = states[probe.state]
    const lines = probe.code.split(/[;\n]/).map((line) => line.trim())
    return [
      `section p${index} vstart=0x${origin(state).toString(16)}`,
      `bits ${state.bits}`,
      `q${index}:`,
      ...lines,
      '.end: ud2',
      `.size equ $ - q${index}`,
    ].join('\n')
  })
  const bytes = assemble(['%include "layout.inc"', ...directory, ...sections, ''].join('\n'))
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  return probes.map((_, index) => {
    const [start = 0, size = 0, end = 0] = [0, 4, 8].map((at) => view.getUint32(12 * index + at, true))
    return { code: bytes.slice(start, start + size), end }
  })
}

/** NASM's flat binary of a text, cached by its content. */
function assemble(text: string): Uint8Array {
  const definitions = nasmDefinitions()
  const hash = createHash('sha256').update(definitions).update(text).digest('hex').slice(0, 16)
  const folder = join(tmpdir(), 'kerneltest-bochs-probes', hash)
  const result = join(folder, 'out.bin')
  if (!existsSync(result)) {
    mkdirSync(folder, { recursive: true })
    const own = `${process.pid}`
    writeFileSync(join(folder, 'layout.inc'), definitions)
    writeFileSync(join(folder, `in.${own}.asm`), text)
    execFileSync('nasm', [
      '-f',
      'bin',
      '-I',
      `${folder}/`,
      '-o',
      `${result}.${own}`,
      join(folder, `in.${own}.asm`),
    ])
    renameSync(`${result}.${own}`, result)
  }
  return new Uint8Array(readFileSync(result))
}
