import {
  copyFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { linesOf } from '../../src/observe/text-screen.ts'
import { boot, openSession } from '../../src/session/boot.ts'
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

describe('what is on a disk', () => {
  test.each(['floppy', 'disk'] as const)(
    'of a %s: what the guest wrote, and all of it in a file',
    async (kind) => {
      const path = image(`overlay-${kind}.img`, kind)
      const vm = await bootDisk(path, { engine: 'embedded', protocol: kind })
      const disk = vm.disk('boot')
      expect(await disk.written()).toEqual([])
      expect(await told(vm, 'w')).toBe('')
      expect(await disk.written()).toEqual([{ at: 512, length: 512 }])
      expect(text(await disk.read(512, 8))).toBe('guest')
      expect(text(await disk.read(510, 5))).toBe('U\xaague')
      expect(await disk.read(sizes[kind] - 1, 100)).toHaveLength(1)
      expect(await disk.read(sizes[kind], 100)).toHaveLength(0)
      const after = join(folder, `after-${kind}.img`)
      writeFileSync(after, 'an older one')
      await vm.disk('boot').save(after)
      const [before, saved] = [readFileSync(path), readFileSync(after)]
      before.write('guest\0\0\0', 512)
      expect(saved.equals(before)).toBe(true)
      expect(statSync(after).blocks * 512).toBeLessThan(sizes.disk)
      await vm.press('x')
      await vm.end()
      expect(text(await disk.read(512, 8))).toBe('guest')
    },
  )

  test('is refused where it cannot be told or saved', async () => {
    const path = image('refused.img', 'disk')
    const link = join(folder, 'link.img')
    symlinkSync(path, link)
    const vm = await bootDisk(path, { engine: 'embedded', protocol: 'disk', cds: [null] })
    const refusals = [
      vm.disk('cd1').read(0, 1),
      vm.disk('cd1').failReads({ first: 0, count: 1 }),
      vm.disk('boot').save(link),
      vm.disk('boot').save(join(folder, 'none', 'x.img')),
    ].map((call) => call.then(String, (error: Error) => error.message.replaceAll(folder, 'FOLDER')))
    expect(await Promise.all(refusals)).toMatchInlineSnapshot(`
      [
        "KT4009: the drive cd1 is empty
        Put something in first: vm.changeDisk('cd1', path).",
        "KT4009: the drive cd1 is empty
        Put something in first: vm.changeDisk('cd1', path).",
        "KT4014: FOLDER/link.img cannot be written: it is in a drive of the machine
        Save it under another name.",
        "KT4014: FOLDER/none/x.img cannot be written: ENOENT: no such file or directory, open 'FOLDER/none/x.img'
        Name a file in a directory that exists and may be written.",
      ]
    `)
    const qemu = await bootDisk(path, { engine: 'qemu', protocol: 'disk' })
    await expect(qemu.disk('boot').written()).rejects.toThrowErrorMatchingInlineSnapshot(`
      [KernelTestError: KT3016: the engine qemu does not tell what is on its disks
        Use the engine embedded, which does (capability \`diskContents\`).]
    `)
  })

  test('sectors that cannot be read are told by the BIOS, and belong to the disk', async () => {
    const [one, two] = [image('bad.img', 'floppy', 'bad'), image('good.img', 'floppy', 'good')]
    const vm = await bootDisk(one, { engine: 'embedded' })
    await vm.disk('boot').failReads({ first: 1, count: 1 })
    expect(await told(vm, 'r')).toBe('10 failed')
    const errors = (await vm.timeline()).filter(({ kind }) => kind === 'diskError')
    expect(errors[0]).toMatchObject({ why: 'unreadable', drive: 'boot', first: 1, sectors: 1 })
    await vm.changeDisk('boot', two)
    expect(await told(vm, 'r')).toBe('good')
    await vm.changeDisk('boot', one)
    expect(await told(vm, 'r')).toBe('10 failed')
    await vm.disk('boot').failReads()
    expect(await told(vm, 'r')).toBe('bad')
  })

  test('a first sector that cannot be read is told by the BIOS', async () => {
    const session = await openSession(image('unreadable.img', 'disk'), { engine: 'embedded' })
    onTestFinished(async () => void (await session.close()))
    await session.machine.failReads('boot', [{ first: 0, count: 1 }])
    await session.runUntil({ on: 'screen', pattern: { pattern: 'No bootable device.' }, shown: true })
    const screen = await session.machine.screen()
    expect(screen.kind === 'text' && linesOf(screen).slice(0, 2)).toEqual([
      'Hard disk 80h has a first sector that cannot be read.',
      'No bootable device.',
    ])
    const { notes } = await session.close()
    expect(notes).toEqual(['the guest cannot read sector 0 of boot, at instruction 6 [sector-unreadable]'])
  })

  test('a guest that writes more than there is memory for', async () => {
    const path = join(folder, 'flood.img')
    copyFileSync(kernel('disk-flood'), path)
    truncateSync(path, 300 << 20)
    const vm = await boot(path, { engine: 'embedded', protocol: 'disk', limit: '60s' })
    onTestFinished(() => vm.close())
    expect(await vm.end()).toMatchObject({
      kind: 'engineError',
      code: 'KT3054',
      detail: `what the guest has written to ${path} takes more than 256 MiB`,
    })
    expect((await vm.disk('boot').written())[0]?.length).toBeGreaterThan(256 << 20)
  })

  test('a file that changes underneath ends the run', async () => {
    const path = image('changes.img', 'disk')
    const vm = await bootDisk(path, { engine: 'embedded', protocol: 'disk' })
    utimesSync(path, 1, 1)
    const read = vm.disk('boot').read(1 << 20, 1)
    await expect(read).rejects.toMatchObject({ code: 'KT3051' })
  })
})

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1').replace(/\0+$/, '')

const engines = ['embedded', 'qemu'] as const

describe.each(engines)('other disks on %s', (engine) => {
  test('are booted from in the order that a test names', async () => {
    const order = (bootOrder?: readonly string[]) => {
      const paths = [image('here.img', 'disk', 'here'), image('there.img', 'disk', 'there')] as const
      const more = { engine, protocol: 'disk', disks: [paths[1]], floppies: [null] } as const
      return bootDisk(paths[0], { ...more, ...(bootOrder && { bootOrder }) })
    }
    expect(await told(await order(), 'r')).toBe('here')
    expect(await told(await order(['floppy1', 'disk1', 'boot']), 'r')).toBe('there')
    await expect(order(['dsik1', 'boot'])).rejects.toThrowErrorMatchingInlineSnapshot(`
      [KernelTestError: KT4008: the machine has no drive "dsik1"
        Did you mean \`disk1\`?]
    `)
  })

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
