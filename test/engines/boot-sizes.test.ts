import {
  closeSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import type { Medium } from '../../src/boot/plan.ts'
import { kernel } from '../kernels/build.ts'
import { openBiosCaller } from './bios-caller.ts'
import { eachEngine, embedded } from './each-engine.ts'

const folder = mkdtempSync(join(tmpdir(), 'kerneltest-boot-sizes-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** A sparse image that begins with the boot sector `bios-calls`, and has other bytes at some sectors. */
function image(
  kind: Medium['kind'],
  sectors: number,
  parts: readonly (readonly [at: number, Uint8Array])[],
): Medium {
  const path = join(folder, `${kind}-${sectors}.img`)
  writeFileSync(path, readFileSync(kernel('bios-calls')))
  truncateSync(path, 512 * sectors)
  const file = openSync(path, 'r+')
  for (const [at, bytes] of parts) writeSync(file, bytes, 0, bytes.length, at)
  closeSync(file)
  return { id: 'boot', kind, path }
}

/** DOS's formats: KiB, cylinders, heads, sectors of a track, and the drive's type in CMOS. */
const floppies = [
  [160, 40, 1, 8, 1],
  [180, 40, 1, 9, 1],
  [320, 40, 2, 8, 1],
  [360, 40, 2, 9, 1],
  [640, 80, 2, 8, 3],
  [720, 80, 2, 9, 3],
  [1200, 80, 2, 15, 2],
  [1440, 80, 2, 18, 4],
  [2880, 80, 2, 36, 5],
] as const

const buffer = 0xa000
const lastBytes = Buffer.from('the last sector')

/** One QEMU: what differs between its versions is not the BIOS. */
describe.each(eachEngine.slice(-2))('on $name', (engine) => {
  // QEMU takes a disk of 640 KB for one of another format: docs/quirks.md.
  const formats = floppies.filter(([kiB]) => engine === embedded || kiB !== 640)

  test.each(formats)('a floppy disk of %i KB boots, and is read to its end', async (...row) => {
    const [kiB, cylinders, heads, sectors, type] = row
    const boot = image('floppy', 2 * kiB, [[1024 * kiB - 512, lastBytes]])
    const guest = await openBiosCaller(engine, [], {}, boot)
    const cx = ((cylinders - 1) << 8) | sectors
    const read = await guest.call(0x13, { ax: 0x0201, bx: buffer, cx, dx: (heads - 1) << 8 })
    expect([read.eax & 0xffff, read.flags & 1]).toEqual([1, 0])
    expect(await guest.read(0, buffer, lastBytes.length)).toEqual(lastBytes)
    const told = await guest.call(0x13, { ax: 0x0800, dx: 0 })
    // SeaBIOS tells of the drive: docs/quirks.md.
    if (engine === embedded || kiB > 720) {
      expect([told.ecx & 0xffff, told.edx & 0xffff, told.ebx & 0xff]).toEqual([
        cx,
        ((heads - 1) << 8) | 1,
        type,
      ])
    }
    await guest.machine.close()
  })

  test('a hard disk with a GPT boots by its protective MBR', async () => {
    const protective = Uint8Array.of(0, 0, 2, 0, 0xee, 0xff, 0xff, 0xff, 1, 0, 0, 0, 0xff, 0x9f, 0, 0)
    const boot = image('disk', 40_960, [
      [446, protective],
      [512, Buffer.from('EFI PART')],
    ])
    const guest = await openBiosCaller(engine, [], {}, boot)
    const read = await guest.call(0x13, { ax: 0x0201, bx: buffer, cx: 2, dx: 0x80 })
    expect([read.eax & 0xffff, read.flags & 1]).toEqual([1, 0])
    expect((await guest.read(0, buffer, 8)).toString()).toBe('EFI PART')
    await guest.machine.close()
  })
})
