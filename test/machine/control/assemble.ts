import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const known = new Map<string, Uint8Array>()

/** The bytes of NASM lines, parted by `;` or newlines. */
export function assemble(bits: 16 | 32 | 64, text: string): Uint8Array {
  const source = [`bits ${bits}`, ...text.split(/[;\n]/)].join('\n')
  const before = known.get(source)
  if (before) return before
  const folder = mkdtempSync(join(tmpdir(), 'kerneltest-control-'))
  try {
    writeFileSync(join(folder, 'in.asm'), source)
    execFileSync('nasm', ['-f', 'bin', '-o', join(folder, 'out'), join(folder, 'in.asm')])
    const bytes = new Uint8Array(readFileSync(join(folder, 'out')))
    known.set(source, bytes)
    return bytes
  } finally {
    rmSync(folder, { recursive: true })
  }
}
