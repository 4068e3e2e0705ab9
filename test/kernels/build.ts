import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const folder = fileURLToPath(new URL('.', import.meta.url))

/**
 * Builds `test/kernels/<name>.asm` with NASM and answers the path of the result, from a cache keyed by the
 * source. With `<name>.ld` beside it the result is an ELF linked by that script; without, a flat binary. The
 * first line of the source may name the ELF class: `; elf32` or `; elf64` (default).
 */
export function kernel(name: string): string {
  const source = join(folder, `${name}.asm`)
  const script = join(folder, `${name}.ld`)
  const included = readdirSync(folder).filter((file) => file.endsWith('.inc'))
  const inputs = [
    source,
    ...(existsSync(script) ? [script] : []),
    ...included.map((file) => join(folder, file)),
  ]
  const hash = createHash('sha256')
  for (const input of inputs) hash.update(readFileSync(input))
  const cache = join(tmpdir(), 'kerneltest-test-kernels', hash.digest('hex').slice(0, 16))
  const result = join(cache, existsSync(script) ? `${name}.elf` : `${name}.bin`)
  if (!existsSync(result)) assemble(source, script, cache, result)
  return result
}

function assemble(source: string, script: string, cache: string, result: string): void {
  mkdirSync(cache, { recursive: true })
  const partial = `${result}.${process.pid}`
  if (!existsSync(script)) {
    execFileSync('nasm', ['-f', 'bin', '-I', folder, '-o', partial, source])
  } else {
    const bits = readFileSync(source, 'utf8').startsWith('; elf32') ? 'elf32' : 'elf64'
    execFileSync('nasm', ['-f', bits, '-I', folder, '-o', `${partial}.o`, source])
    const emulation = bits === 'elf32' ? 'elf_i386' : 'elf_x86_64'
    const flags = ['-m', emulation, '--build-id=none', '-z', 'max-page-size=4096', '--no-warn-rwx-segments']
    execFileSync('ld', [...flags, '-T', script, '-o', partial, `${partial}.o`])
  }
  renameSync(partial, result)
}
