import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { qemuEngine } from '../../../src/engines/qemu/engine.ts'
import { findQemu } from '../../../src/engines/qemu/find-qemu.ts'
import { openKernel, withQemu } from './open-kernel.ts'
import { testQemus } from './test-qemus.ts'

const directory = mkdtempSync(join(tmpdir(), 'kerneltest find-'))
afterAll(() => rmSync(directory, { recursive: true }))

/** A program that prints `text` for whatever it is asked. */
function program(name: string, text: string): string {
  const path = join(directory, name, 'qemu-system-x86_64')
  mkdirSync(join(directory, name), { recursive: true })
  writeFileSync(path, `#!/bin/sh\ncat <<'TEXT'\n${text}\nTEXT\n`)
  chmodSync(path, 0o755)
  return path
}

const refusal = async (environment: NodeJS.ProcessEnv) => {
  const error: unknown = await findQemu(environment).catch((error: unknown) => error)
  return `${error}`.replaceAll(directory, '<directory>').replaceAll(/sudo \S+ \S+ \S+/g, '<install>')
}

test('the one that KERNELTEST_QEMU names, else the first in PATH', async () => {
  const old = program('first', 'QEMU emulator version 8.2.2 (Debian 1:8.2.2+ds-0ubuntu1.4)')
  const other = program('second', 'QEMU emulator version 11.0.50 (v11.0.0-12-gabc)')
  const PATH = `/nowhere::${join(directory, 'first')}:${join(directory, 'second')}`
  expect(await findQemu({ PATH })).toEqual({ path: old, version: '8.2.2' })
  expect(await findQemu({ PATH, KERNELTEST_QEMU: '' })).toEqual({ path: old, version: '8.2.2' })
  expect(await findQemu({ PATH, KERNELTEST_QEMU: other })).toEqual({ path: other, version: '11.0.50' })
})

test('one that was replaced is asked again', async () => {
  const path = program('replaced', 'QEMU emulator version 8.0.0')
  expect((await findQemu({ KERNELTEST_QEMU: path })).version).toBe('8.0.0')
  program('replaced', 'QEMU emulator version 10.0.12')
  expect((await findQemu({ KERNELTEST_QEMU: path })).version).toBe('10.0.12')
})

test('none: KT3001', async () => {
  expect(await refusal({ KERNELTEST_QEMU: join(directory, 'none') })).toMatchInlineSnapshot(`
    "KernelTestError: KT3001: KERNELTEST_QEMU names <directory>/none, which is no executable file
      Set it to the path of qemu-system-x86_64, or unset it to use the one in PATH."
  `)
  expect(await refusal({ KERNELTEST_QEMU: directory })).toContain('which is no executable file')
})

test('one that does not start: KT3002', async () => {
  expect(await refusal({ KERNELTEST_QEMU: program('silent', '') })).toMatchInlineSnapshot(`
    "KernelTestError: KT3002: <directory>/silent/qemu-system-x86_64 --version did not answer with a version: it printed nothing
      Set KERNELTEST_QEMU to one that works, or unset it to use the one in PATH."
  `)
  const inPath = { PATH: join(directory, 'silent') }
  expect(await refusal(inPath)).toContain(
    'Reinstall QEMU (<install> or set KERNELTEST_QEMU to one that works.',
  )
  const broken = program('broken', '')
  const words = 'error while loading shared libraries: libfdt.so.1'
  writeFileSync(broken, `#!/bin/sh\necho '${words}' >&2\nexit 127\n`)
  expect(await refusal({ KERNELTEST_QEMU: broken })).toContain(words)
})

test('one that is too old: KT3003', async () => {
  const path = program('old', 'QEMU emulator version 6.2.0 (Debian 1:6.2+dfsg-2ubuntu6)')
  expect(await refusal({ KERNELTEST_QEMU: path })).toMatchInlineSnapshot(`
    "KernelTestError: KT3003: <directory>/old/qemu-system-x86_64 is QEMU 6.2.0; kerneltest needs 7.2 or newer
      Set KERNELTEST_QEMU to a newer one, or unset it to use the one in PATH."
  `)
  const inPath = { PATH: join(directory, 'old') }
  expect(await refusal(inPath)).toContain('Install a newer one (<install> or set KERNELTEST_QEMU to it.')
})

test('a machine of one that is too old, or does not start', async () => {
  const open = (path: string) => openKernel({ path, version: '' }, 'greeting')
  await expect(open(program('old', 'QEMU emulator version 6.2.0'))).rejects.toThrow('KT3003')
  await expect(open(program('not QEMU', 'hello'))).rejects.toThrow('KT3002')
  await expect(open(join(directory, 'none'))).rejects.toThrow('KT3001')
})

test.each(testQemus)('what the probe says of $version', async (qemu) => {
  expect(await withQemu(qemu, () => qemuEngine.probe())).toEqual({
    name: 'qemu',
    usable: true,
    version: qemu.version,
    path: qemu.path,
    capabilities: [],
    missing: [],
  })
})

test('what the probe says where there is none', async () => {
  const path = program('unusable', 'nothing of use')
  const report = await withQemu({ path, version: '' }, () => qemuEngine.probe())
  expect(report).toMatchObject({ usable: false, version: null, path: null })
  expect(report.missing).toEqual([
    {
      what: `${path} --version did not answer with a version: nothing of use`,
      hint: 'Set KERNELTEST_QEMU to one that works, or unset it to use the one in PATH.',
    },
  ])
})
