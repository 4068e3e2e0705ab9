import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { findOvmf, requireOvmf } from '../../../src/engines/qemu/find-ovmf.ts'

const directory = mkdtempSync(join(tmpdir(), 'kerneltest ovmf-'))
afterAll(() => rmSync(directory, { recursive: true }))

/** A system with the given files and a QEMU in `usr/bin`. */
function system(name: string, ...files: readonly string[]): { readonly root: string; readonly qemu: string } {
  const root = join(directory, name)
  const qemu = '/usr/bin/qemu-system-x86_64'
  for (const file of [qemu, ...files]) {
    mkdirSync(dirname(join(root, file)), { recursive: true })
    writeFileSync(join(root, file), '')
  }
  return { root, qemu: join(root, qemu) }
}

const code = '/usr/share/OVMF/OVMF_CODE_4M.fd'
const variables = '/usr/share/OVMF/OVMF_VARS_4M.fd'

test('the firmware of the system', () => {
  const { root, qemu } = system('debian', code, variables)
  const found = { code: join(root, code), variables: join(root, variables) }
  expect(findOvmf(null, root)).toEqual(found)
  expect(requireOvmf(qemu, root)).toEqual(found)
})

test('code without variables is none', () => {
  const { root } = system('half', code)
  expect(findOvmf(null, root)).toBeNull()
})

test('the firmware that came with QEMU, behind a link as package managers have it', () => {
  const share = '/cellar/qemu/share/qemu/'
  const { root } = system(
    'homebrew',
    '/cellar/qemu/bin/qemu-system-x86_64',
    `${share}edk2-x86_64-code.fd`,
    `${share}edk2-i386-vars.fd`,
  )
  const linked = join(root, 'usr/bin/linked-qemu')
  symlinkSync(join(root, '/cellar/qemu/bin/qemu-system-x86_64'), linked)
  expect(findOvmf(linked, root)).toEqual({
    code: join(root, share, 'edk2-x86_64-code.fd'),
    variables: join(root, share, 'edk2-i386-vars.fd'),
  })
})

test('none: KT3004', () => {
  const { root, qemu } = system('bare')
  expect(findOvmf(qemu, root)).toBeNull()
  const words = (): void => {
    try {
      requireOvmf(qemu, root)
    } catch (error) {
      throw new Error(`${error}`.replace(/\(.*\)(?=, or)/, '(<install>)'))
    }
  }
  expect(words).toThrowErrorMatchingInlineSnapshot(`
    [Error: KernelTestError: KT3004: UEFI firmware (OVMF) is not installed
      Install it (<install>), or boot with firmware 'bios'.]
  `)
})
