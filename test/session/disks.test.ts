import { copyFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { boot } from '../../src/session/boot.ts'
import type { BootOptions } from '../../src/session/boot-options.ts'
import type { Vm } from '../../src/session/vm.ts'
import { kernel } from '../kernels/build.ts'

const folder = mkdtempSync(join(tmpdir(), 'kerneltest-disks-'))
afterAll(() => rmSync(folder, { recursive: true }))

const sizes = { floppy: 1_474_560, disk: 4 << 20 } as const

/** `test/kernels/disk-user.asm` as an image; with `text` in its second sector. */
function image(name: string, kind: keyof typeof sizes, text = 'file'): string {
  const path = join(folder, name)
  copyFileSync(kernel('disk-user'), path)
  truncateSync(path, sizes[kind])
  const bytes = readFileSync(path)
  bytes.write(text.padEnd(8, '\0'), 512)
  writeFileSync(path, bytes)
  return path
}

async function bootDisk(path: string, options: BootOptions): Promise<Vm> {
  const vm = await boot(path, { settle: 1, limit: '20s', until: { serial: 'ready\n' }, ...options })
  onTestFinished(() => vm.close())
  return vm
}

/** What the guest prints about the sector. */
async function told(vm: Vm, key: 'r' | 'w'): Promise<string> {
  const from = vm.serial.log.text.length
  await vm.press(key)
  await vm.run({ until: { condition: { on: 'output', port: 'com1', pattern: '\n', from } } })
  return vm.serial.log.text.slice(from).trim()
}

const engines = ['embedded', 'qemu'] as const

describe.each(engines)('other disks on %s', (engine) => {
  test('take turns in a drive', async () => {
    const [one, two] = [image('one.img', 'floppy', 'one'), image('two.img', 'floppy', 'two')]
    const vm = await bootDisk(one, { engine })
    expect(await told(vm, 'r')).toBe('one')
    await vm.changeDisk('boot', two)
    expect(await told(vm, 'r')).toBe('two')
    expect(await told(vm, 'w')).toBe('')
    await vm.changeDisk('boot', null)
    expect(await told(vm, 'r')).toBe(engine === 'embedded' ? '80 failed' : '20 failed')
    await vm.changeDisk('boot', one)
    expect(await told(vm, 'r')).toBe('one')
    await vm.changeDisk('boot', two)
    expect(await told(vm, 'r')).toBe('guest')
    expect(readFileSync(two).toString('latin1', 512, 515)).toBe('two')
    await vm.press('x')
    expect(await vm.end()).toMatchObject({ kind: 'exit', value: 0x10 })
    await vm.changeDisk('boot', null)
  })

  test('are refused where there is no drive for them', async () => {
    const path = image('fixed.img', 'disk')
    const fixed = await bootDisk(path, { engine, protocol: 'disk', cds: [null], floppies: [null] })
    const refusals = [
      fixed.changeDisk('boot', null),
      fixed.changeDisk('cd2', path),
      fixed.changeDisk('flopy1', path),
      fixed.changeDisk('cd1', join(folder, 'none.iso')),
    ].map((change) => change.then(String, (error: Error) => error.message.replace(folder, 'FOLDER')))
    expect(await Promise.all(refusals)).toMatchInlineSnapshot(`
      [
        "KT3053: the medium of boot cannot be changed: it is a hard disk
        Floppy disks and CDs can: attach it with \`floppies\` or \`cds\`.",
        "KT4008: the machine has no drive "cd2"
        Did you mean \`cd1\`?",
        "KT4008: the machine has no drive "flopy1"
        Did you mean \`floppy1\`?",
        "KT4006: FOLDER/none.iso, named in \`changeDisk\`, does not exist
        Look at the path and its mode.",
      ]
    `)
    await fixed.changeDisk('cd1', path)
    expect(await told(fixed, 'r')).toBe('file')
  })
})
