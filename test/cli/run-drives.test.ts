import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { kernel } from '../kernels/build.ts'
import { assemble } from '../machine/control/assemble.ts'
import { kerneltest } from './command.ts'

const folder = mkdtempSync(join(tmpdir(), 'kerneltest-drives-'))
afterAll(() => rmSync(folder, { recursive: true }))

function file(name: string, size: number, beginning: Uint8Array): string {
  const path = join(folder, name)
  const bytes = new Uint8Array(size)
  bytes.set(beginning)
  writeFileSync(path, bytes)
  return path
}

/** Prints what the first CD begins with on COM1, and exits with 0x10. */
const cdReader = assemble(
  16,
  `org 0x7c00
   xor ax, ax; mov ds, ax; mov es, ax; mov ss, ax; mov sp, 0x7c00
   mov ah, 0x42; mov dl, 0xe0; mov si, packet; int 0x13; jc over
   mov si, 0x8000; mov dx, 0x3f8; mov cx, 4; rep outsb
   over: mov dx, 0xf4; mov al, 0x10; out dx, al; hlt
   packet: db 16, 0; dw 1, 0x8000, 0, 0, 0, 0, 0
   times 510 - ($ - $$) db 0; dw 0xaa55`,
)

/** Prints the BCD year and day of the real-time clock as characters on COM1, and exits with 0x10. */
const dateReader = assemble(
  16,
  `org 0x7c00
   mov ah, 4; int 0x1a
   mov al, cl; mov ah, dl; mov dx, 0x3f8; out dx, al; mov al, ah; out dx, al
   mov dx, 0xf4; mov al, 0x10; out dx, al; hlt
   times 510 - ($ - $$) db 0; dw 0xaa55`,
)

/** Reads sectors 2 to 18 of its drive; prints the status on COM1, and exits with 0x10. */
const manySectors = assemble(
  16,
  `org 0x7c00
   xor ax, ax; mov ds, ax; mov es, ax; mov ss, ax; mov sp, 0x7c00
   mov ax, 0x0211; mov cx, 2; mov dh, 0; mov bx, 0x8000; int 0x13
   mov al, ah; mov dx, 0x3f8; out dx, al
   mov dx, 0xf4; mov al, 0x10; out dx, al; hlt
   times 510 - ($ - $$) db 0; dw 0xaa55`,
)

const floppy = file('floppy.img', 1_474_560, Buffer.from('none'))
const disc = file('disc.iso', 64 * 1024, Buffer.from('disc'))

describe.each(['embedded', 'qemu'])('on %s', (engine) => {
  const run = (image: string, ...options: string[]) =>
    kerneltest(['run', image, '--engine', engine, ...options])

  test('floppy drives, one of them empty, beside a disk', async () => {
    const image = file(`drives-${engine}.img`, 1 << 20, readFileSync(kernel('drive-parameters')))
    const drives = async (...options: string[]) => {
      const { stdout } = await run(image, '--protocol', 'disk', ...options)
      return stdout.split('\n').map((line) => line.slice(0, 5))
    }
    expect(await drives()).toEqual(expect.arrayContaining(['00 01', '01 01', '80 00']))
    const two = await drives('--floppy', floppy, '--floppy', 'none')
    expect(two).toEqual(expect.arrayContaining(['00 00', '01 00', '80 00']))
  })

  test('CDs', async () => {
    const image = file(`reader-${engine}.img`, 1 << 20, cdReader)
    expect(await run(image, '--cd', disc)).toMatchObject({ status: 0, stdout: 'disc' })
    expect(await run(image, '--cd', 'none')).toMatchObject({ status: 0, stdout: '' })
  })

  test('boot order: a drive in which is nothing to boot is passed over', async () => {
    const image = file(`order-${engine}.img`, 1 << 20, dateReader)
    const other = file(`other-${engine}.img`, 1 << 20, cdReader)
    const started = async (order: string) => {
      const drives = ['--cd', disc, '--disk', other, '--boot-order', order]
      const { stdout, status } = await run(image, '--start-time', '2024-02-29T12:00:00', ...drives)
      return [status, stdout]
    }
    expect(await started('disk1,boot')).toEqual([0, 'disc'])
    expect(await started('cd1, boot, disk1')).toEqual([0, '$)'])
  })

  test('an image that could be a floppy disk or a hard disk', async () => {
    const image = file(`either-${engine}.img`, 1_474_560, readFileSync(kernel('drive-parameters')))
    const first = async (protocol: string) => (await run(image, '--protocol', protocol)).stdout.slice(0, 5)
    expect([await first('floppy'), await first('disk')]).toEqual(['00 00', '00 01'])
  })

  // As tutorials make them, with cat, and start them with QEMU's -fda.
  test('boot sector and kernel that are not as long as what the boot sector reads', async () => {
    const image = file(`short-${engine}.img`, 1300, manySectors)
    expect((await run(image)).stdout).toMatch(/^[^\0]$/)
    expect(await run(image, '--protocol', 'floppy')).toMatchObject({ status: 0, stdout: '\0' })
  })
})

test('an image that no BIOS starts, and what the BIOS says of it', async () => {
  const image = file('unsigned.img', 1 << 20, cdReader.subarray(0, 510))
  const refused = await kerneltest(['run', image])
  expect([refused.status, refused.stderr]).toMatchInlineSnapshot(`
    [
      3,
      "kerneltest: KT2001: there is no way to boot the image
      It has neither the boot signature 55 AA in its first sector nor a file system for UEFI firmware. \`--protocol disk\` lets the BIOS try, to see what it says.
    ",
    ]
  `)
  const shown = await kerneltest([
    'run',
    image,
    '--protocol',
    'disk',
    '--expect',
    'screen=No bootable device',
  ])
  expect([shown.status, shown.stderr]).toMatchInlineSnapshot(`
    [
      0,
      "kerneltest: note: nothing in the image was found that BIOS firmware would start
    kerneltest: note: engine: embedded
    kerneltest: note: the first sector does not end with 55 AA: a BIOS answers "No bootable device", and UEFI firmware finds no EFI system partition [no-boot-signature]
    kerneltest: ok: everything expected has come
    ",
    ]
  `)
})

test('what is not there, or no protocol, is an error before anything starts', async () => {
  const image = file('any.img', 1 << 20, cdReader)
  const missing = await kerneltest(['run', image, '--cd', join(folder, 'missing.iso')])
  expect([missing.status, missing.stderr.replaceAll(folder, 'FOLDER')]).toMatchInlineSnapshot(`
    [
      2,
      "kerneltest: KT4006: FOLDER/missing.iso, named in \`cds\`, does not exist
      Look at the path and its mode.
    ",
    ]
  `)
  const misspelt = await kerneltest(['run', image, '--protocol', 'flopy'])
  expect([misspelt.status, misspelt.stderr]).toMatchInlineSnapshot(`
    [
      2,
      "kerneltest: KT4002: \`protocol\` cannot be "flopy"
      Did you mean \`floppy\`?
    ",
    ]
  `)
})

test('an order and a time that cannot be', async () => {
  const image = file('any.img', 1 << 20, cdReader)
  const errors = [
    ['--boot-order', 'boot,,cd1'],
    ['--boot-order', 'boot,boot'],
    ['--boot-order', 'cd1,boot'],
    ['--start-time', '2023-02-29T00:00:00'],
  ].map((options) => kerneltest(['run', image, ...options]))
  const told = (await Promise.all(errors)).map(({ status, stderr }) => `${status} ${stderr}`)
  expect(told.join('')).toMatchInlineSnapshot(`
    "2 kerneltest: KT6002: \`--boot-order\` cannot be "boot,,cd1"
      Name each drive once, first tried first, as \`cd1,boot\`.
    2 kerneltest: KT6002: \`--boot-order\` cannot be "boot,boot"
      Name each drive once, first tried first, as \`cd1,boot\`.
    2 kerneltest: KT4008: the machine has no drive "cd1"
      Its drives are boot.
    2 kerneltest: KT6002: \`--start-time\` cannot be "2023-02-29T00:00:00"
      Give a date from 1980 to 2099 and a time, as \`2024-02-29T23:59:30\`.
    "
  `)
})
