import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { parameterBytes, scratchBytes, stub } from '../../../../src/engines/qemu/loader/stub.ts'

test('the committed bytes are what NASM makes of stub.asm', () => {
  const source = fileURLToPath(new URL('../../../../src/engines/qemu/loader/stub.asm', import.meta.url))
  const folder = mkdtempSync(join(tmpdir(), 'kerneltest-stub-'))
  const binary = join(folder, 'stub.bin')
  execFileSync('nasm', ['-f', 'bin', '-o', binary, source])
  const assembled = readFileSync(binary)
  rmSync(folder, { recursive: true })
  const code = assembled.subarray(0, -8)
  expect(Buffer.from(stub).toString('hex')).toBe(code.toString('hex'))
  expect([parameterBytes, scratchBytes]).toEqual([
    assembled.readUInt32LE(code.length),
    assembled.readUInt32LE(code.length + 4),
  ])
})
