import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import type { BootProtocol } from '../../src/boot/plan.ts'
import { linesOf } from '../../src/observe/text-screen.ts'
import { openSession } from '../../src/session/boot.ts'
import { bootDisc, type DiscOptions, discPlaces, emulations } from '../engines/boot-disc.ts'
import { kernel } from '../kernels/build.ts'
import { awkwardFolder } from './files.ts'

const folder = awkwardFolder()
afterAll(() => folder.remove())

/** A disk that boots, 2 MiB of it. */
function disk(harm: (bytes: Buffer) => void, size = 2 << 20): Buffer {
  const bytes = Buffer.alloc(size)
  readFileSync(kernel('disk-writer')).copy(bytes)
  harm(bytes)
  return bytes
}

/** Entries of the partition table: status, CHS, type, CHS, first sector, sectors. */
function partition(bytes: Buffer, index: number, entry: readonly number[]): void {
  bytes.set(entry, 446 + 16 * index)
}

const cd = (options: Partial<DiscOptions>): Uint8Array =>
  bootDisc({ media: emulations.none, image: readFileSync(kernel('disk-writer')), ...options })
const put =
  (at: number, ...values: readonly number[]) =>
  (bytes: Uint8Array) =>
    bytes.set(values, at)
const everything = new Array<number>(16).fill(0xff)
const { bootRecord, catalogPointer, catalog, entry } = discPlaces

/** Media that are not what they should be, by the name of the file. */
const media: Readonly<Record<string, Uint8Array>> = {
  'ends inside a sector.img': disk(() => {}, 1_000_001),
  'a boot sector alone.img': disk(() => {}, 512),
  'no code.img': disk((bytes) => bytes.fill(0, 0, 446)),
  'partitions of all ones.img': disk((bytes) => {
    for (const index of [0, 1, 2, 3]) partition(bytes, index, everything)
  }),
  'a partition of no known status.img': disk((bytes) => {
    partition(bytes, 0, [0x80, 1, 1, 0, 0x83, 15, 63, 1, 1, 0, 0, 0, 0, 8, 0, 0])
    partition(bytes, 1, [0x42, 1, 1, 0, 0x83, 15, 63, 1, 0, 9, 0, 0, 0, 1, 0, 0])
  }),
  'a partition of no known status out of range.img': disk((bytes) => {
    partition(bytes, 0, [0x55, 1, 1, 0, 0x83, 15, 63, 1, 0xf0, 0xff, 0xff, 0xff, 32, 0, 0, 0])
    partition(bytes, 1, [0x80, 1, 1, 0, 0x83, 15, 63, 1, 1, 0, 0, 0, 0, 8, 0, 0])
  }),
  'an active partition of nothing.img': disk((bytes) => {
    partition(bytes, 0, [0x80, 0, 0, 0, 0x83, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])
    partition(bytes, 1, [0x80, 1, 1, 0, 0x83, 15, 63, 1, 1, 0, 0, 0, 0, 8, 0, 0])
  }),
  'partitions that overlap.img': disk((bytes) => {
    partition(bytes, 0, [0x80, 1, 1, 0, 0x83, 15, 63, 1, 1, 0, 0, 0, 0, 8, 0, 0])
    partition(bytes, 1, [0x80, 1, 1, 0, 0x83, 15, 63, 1, 2, 0, 0, 0, 0, 8, 0, 0])
  }),
  'a partition that begins past the end.img': disk((bytes) => {
    partition(bytes, 0, [0x80, 1, 1, 0, 0x83, 15, 63, 1, 0, 0, 0, 0x7f, 0, 8, 0, 0])
  }),
  'a GPT that is damaged.img': disk((bytes) => {
    partition(bytes, 0, [0, 0, 2, 0, 0xee, 255, 255, 255, 1, 0, 0, 0, 255, 15, 0, 0])
    bytes.write('EFI PART', 512)
  }),
  'a floppy disk that was cut.img': disk(() => {}, 1_000_000),
  'cut in its boot image.iso': cd({ image: new Uint8Array(64 * 1024), count: 128 }).subarray(0, 21 * 2048),
  'cut behind its descriptors.iso': cd({}).subarray(0, 18 * 2048 + 100),
  'a catalog outside of the disc.iso': cd({ harm: put(catalogPointer, 0xff, 0xff, 0xff, 0x7f) }),
  'a boot image outside of the disc.iso': cd({ harm: put(entry + 8, 0xff, 0xff, 0xff, 0x7f) }),
  'a catalog with a wrong sum.iso': cd({ harm: put(catalog + 4, 1) }),
  'an entry of nothing.iso': cd({ count: 0 }),
  'an unknown emulation.iso': cd({ media: 9 }),
  'a hard disk without partitions.iso': cd({ media: emulations['hard-disk'] }),
  'no boot record.iso': cd({ harm: put(bootRecord + 7, 0x46) }),
}

/** What a person gets to see: the error, or remarks, the screen and how it ended. */
async function seen(path: string): Promise<object> {
  try {
    const session = await openSession(path, { engine: 'embedded', limit: '50ms' })
    const { kind } = await session.end()
    const { notes, screen, outputs } = await session.close()
    const lines = screen?.kind === 'text' ? linesOf(screen).filter((line) => line !== '') : []
    return { notes: notes.map(folder.steady), lines, com1: outputs.get('com1')?.text, kind }
  } catch (error) {
    return { error: folder.steady(String(error)) }
  }
}

describe('what is seen of', () => {
  test.each(Object.entries(media))('%s', async (name, bytes) => {
    const path = join(folder.path, name)
    writeFileSync(path, bytes)
    expect(await seen(path)).toMatchSnapshot()
  })
})

/** What is refused unless its protocol is named: then the firmware says what it thinks of it. */
const unbootable: readonly (readonly [name: string, protocol: BootProtocol, bytes: Uint8Array])[] = [
  ['a disk without a signature', 'disk', disk(put(510, 0, 0))],
  ['a floppy disk without a signature', 'floppy', disk(put(510, 0, 0), 1_474_560)],
  ['a CD without a boot record', 'iso', cd({ harm: put(bootRecord + 7, 0x46) })],
  ['a CD with a catalog outside of it', 'iso', cd({ harm: put(catalogPointer, 0xff, 0xff, 0xff, 0x7f) })],
  ['a CD with a wrong sum in its catalog', 'iso', cd({ harm: put(catalog + 4, 1) })],
  ['a CD with an entry that is not to be booted', 'iso', cd({ harm: put(entry, 0) })],
  ['a CD as a disk', 'disk', cd({})],
]

describe.each(['embedded', 'qemu'] as const)('what the BIOS says on %s of', (engine) => {
  test.each(unbootable)('%s', async (name, protocol, bytes) => {
    const path = join(folder.path, `${engine} ${name}.img`)
    writeFileSync(path, bytes)
    // SeaBIOS looks at no sum.
    const starts = engine === 'qemu' && name.includes('wrong sum')
    const session = await openSession(path, { engine, protocol, limit: starts ? '3s' : '20s' })
    await session.waitFor({ on: 'screen', pattern: { pattern: 'No bootable device.' }, shown: true })
    const { notes, screen } = await session.close()
    const lines = screen?.kind === 'text' ? linesOf(screen).filter((line) => line !== '') : []
    expect(lines.some((line) => line.startsWith('No bootable device.'))).toBe(!starts)
    if (engine === 'embedded') expect([...notes, ...lines]).toMatchSnapshot()
  })

  const inFront = async (protocol: 'disk' | 'floppy', size: number) => {
    const path = (name: string) => join(folder.path, `${engine} ${name} ${protocol}.img`)
    writeFileSync(path('empty'), disk(put(510, 0, 0), size))
    writeFileSync(path('good'), disk(put(0)))
    const options = { engine, protocol, disks: [path('good')], bootOrder: ['boot', 'disk1'], limit: '5s' }
    const session = await openSession(path('empty'), options)
    const { kind } = await session.end()
    await session.close()
    return kind
  }

  test('a disk without a signature, in front of one that boots', async () => {
    expect(await inFront('floppy', 1_474_560)).toBe('exit')
    // SeaBIOS tries one hard disk alone.
    expect(await inFront('disk', 2 << 20)).toBe(engine === 'embedded' ? 'exit' : 'limit')
  })
})

/** Files that somebody may put into a further drive, by name. */
const files: Readonly<Record<string, Uint8Array>> = {
  'disk.qcow2': filled(64 * 1024, [0x51, 0x46, 0x49, 0xfb]),
  'disk.vhd': filled(64 * 1024, Buffer.from('conectix')),
  'disk.img.gz': filled(64 * 1024, [0x1f, 0x8b, 8]),
  'notes.txt': Buffer.from('Put the second disk in.\n'.repeat(64)),
  'small.iso': cd({}),
  'udf.iso': filled(64 * 1024, Buffer.from('\0BEA01'), 16 * 2048),
  'zeros.img': new Uint8Array(1_474_560),
}

function filled(size: number, beginning: Iterable<number>, at = 0): Uint8Array {
  const bytes = new Uint8Array(size)
  bytes.set([...beginning], at)
  return bytes
}

describe.each(['disks', 'floppies', 'cds'] as const)('what is told of %s', (option) => {
  const image = join(folder.path, `host of ${option}.img`)
  writeFileSync(
    image,
    disk(() => {}),
  )

  test.each(Object.entries(files))('%s', async (name, bytes) => {
    const path = join(folder.path, name)
    writeFileSync(path, bytes)
    const options = { engine: 'embedded', protocol: 'disk', limit: '50ms', [option]: [path] } as const
    const told = await openSession(image, options).then(
      async (session) => (await session.close()).notes,
      (error: unknown) => String(error),
    )
    expect(folder.steady(String(told))).toMatchSnapshot()
  })
})

test.each(['embedded', 'qemu'] as const)('what is told of a file that comes later, on %s', async (engine) => {
  const paths = Object.entries(files).map(([name, bytes]) => {
    const path = join(folder.path, `later ${name}`)
    writeFileSync(path, bytes)
    return path
  })
  const image = join(folder.path, `patient ${engine}.img`)
  writeFileSync(
    image,
    disk(() => {}),
  )
  const session = await openSession(image, { engine, protocol: 'disk', limit: '50ms', cds: [null] })
  const refused: string[] = []
  for (const path of paths)
    await session.changeMedium('cd1', path).catch((error: unknown) => refused.push(String(error)))
  const { notes } = await session.close()
  const told = [...refused, ...notes.filter((note) => !note.endsWith('[zeros-added]'))]
  expect(told.map(folder.steady).join('\n')).toMatchInlineSnapshot(`
    "KernelTestError: KT1011: …/it's, "bad" input,,file=x %s/later disk.qcow2, named in \`changeDisk\`, is a qcow2 disk
      Convert it first: qemu-img convert -O raw FILE disk.img
    KernelTestError: KT1011: …/it's, "bad" input,,file=x %s/later disk.vhd, named in \`changeDisk\`, is a VHD disk
      Convert it first: qemu-img convert -O raw FILE disk.img
    …/it's, "bad" input,,file=x %s/later disk.img.gz: the file is compressed with gzip; the guest finds its bytes on the medium as they are [not-raw]
    …/it's, "bad" input,,file=x %s/later notes.txt: the file is a text file; the guest finds its bytes on the medium as they are [not-raw]
    …/it's, "bad" input,,file=x %s/later zeros.img: sector 16 of the CD begins no volume of ISO 9660 or UDF; neither a BIOS nor a file system of a guest finds anything on it [no-volume]"
  `)
})
