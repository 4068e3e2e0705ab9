// Assembles src/engines/qemu/loader/stub.asm with NASM into stub.ts beside it, which is committed: users have
// no NASM.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const folder = fileURLToPath(new URL('../src/engines/qemu/loader/', import.meta.url))
const scratch = mkdtempSync(join(tmpdir(), 'kerneltest-stub-'))
const binary = join(scratch, 'stub.bin')
execFileSync('nasm', ['-f', 'bin', '-o', binary, join(folder, 'stub.asm')], { stdio: 'inherit' })
const bytes = readFileSync(binary)
rmSync(scratch, { recursive: true })

const code = bytes.subarray(0, -8)
const lines = code.toString('hex').match(/.{1,96}/g) ?? []
writeFileSync(
  join(folder, 'stub.ts'),
  `import { Buffer } from 'node:buffer'

/** stub.asm, assembled. Written by \`node scripts/build-loader-stub.mjs\`: change stub.asm, not this. */
export const stub: Uint8Array = Buffer.from(
${lines.map((line) => `    '${line}'`).join(' +\n')},
  'hex',
)

/** Sizes of the structures \`parameter\` and \`scratch\` of stub.asm. */
export const parameterBytes = ${bytes.readUInt32LE(code.length)}
export const scratchBytes = ${bytes.readUInt32LE(code.length + 4)}
`,
)
