import { expect, test } from 'vitest'
import { linuxImage } from './images.ts'
import { PhysicalMemory } from './physical-memory.ts'
import { directStartOf, module, planOf, refusals } from './plan-of.ts'

test('the 64-bit entry at the preferred address, with the zero page in RSI', () => {
  const plan = planOf(linuxImage(), { commandLine: 'console=ttyS0', modules: [module('initrd', 'cpio')] })
  const start = directStartOf(plan)
  const memory = new PhysicalMemory(start)
  const { rsi = 0n, ...others } = start.cpu.registers
  expect(others).toEqual({})
  expect(start.cpu).toMatchObject({ mode: 'long64', rip: 0x1000200n })
  expect(memory.translate(start.cpu.cr3, 0x1000200n)).toEqual({ physical: 0x1000200n, access: 'rwx' })
  expect([memory.byte(0x1000000n), memory.byte(0x1002bffn), memory.byte(0x17fffffn)]).toEqual([0xcc, 0xcc, 0])

  const field = (offset: number, size: number) => memory.number(rsi + BigInt(offset), size)
  expect({ fromFile: [field(0x1f1, 1), field(0x26b, 1)], after: field(0x26c, 1) }).toEqual({
    fromFile: [0x11n, 0x22n],
    after: 0n,
  })
  expect({ loader: field(0x210, 1), video: field(0x1fa, 2), code32: field(0x214, 4) }).toEqual({
    loader: 0xffn,
    video: 0xffffn,
    code32: 0x1000000n,
  })
  const screen = {
    mode: field(6, 1),
    columns: field(7, 1),
    rows: field(14, 1),
    isVga: field(15, 1),
    points: field(16, 2),
  }
  expect(screen).toEqual({ mode: 3n, columns: 80n, rows: 25n, isVga: 1n, points: 16n })
  expect(memory.text(field(0x228, 4))).toBe('console=ttyS0')
  expect([memory.text(field(0x218, 4)), field(0x21c, 4)]).toEqual(['cpio', 4n])
  expect(start.memory.filter((part) => part.kind !== 'bytes')).toEqual([
    { kind: 'memoryMap', at: rsi + 0x2d0n, format: 'linux', capacity: 128 },
    { kind: 'fact', at: rsi + 0x1e8n, fact: 'mapEntries', size: 1, plus: 0 },
    { kind: 'fact', at: rsi + 0x70n, fact: 'rsdpAddress', size: 8, plus: 0 },
  ])
})

test('no exit device unless asked for: Linux would take it for a serial port', () => {
  expect(planOf(linuxImage()).ports.exit).toBe(null)
  expect(planOf(linuxImage(), { exitPort: { port: 0x501, size: 1 } }).ports.exit).toEqual({
    port: 0x501,
    size: 1,
  })
})

test('the 32-bit entry, at 1 MiB where the kernel cannot be relocated', () => {
  const image = linuxImage({ has64BitEntry: false, relocatable: false, preferredAddress: 0x100000n })
  const { cpu } = directStartOf(planOf(image))
  expect(cpu).toMatchObject({ mode: 'protected32', rip: 0x100000n, cr0: 0x11 })
})

test('a relocatable kernel goes elsewhere, aligned, when memory ends before its preferred address', () => {
  const { cpu } = directStartOf(planOf(linuxImage(), { memoryMiB: 16 }))
  expect(cpu.rip).toBe(0x200200n)
})

test('the initrd stands as high as kernel and memory allow', () => {
  const at = (initrdMaxAddress: number) => {
    const start = directStartOf(
      planOf(linuxImage({ initrdMaxAddress }), { modules: [module('initrd', 'cpio')] }),
    )
    return start.memory.find((part) => part.kind === 'bytes' && part.what === 'initrd')?.at
  }
  expect([at(0x7fffffff), at(0x3ffffff)]).toEqual([(128n - 17n) * 0x100000n - 0x1000n, 0x3fff000n])
})

test('refuses what it cannot start', () => {
  expect(
    refusals([
      ['too old', linuxImage({ protocolVersion: 0x205 })],
      ['a zImage', linuxImage({ loadedHigh: false })],
      [
        'cut short',
        linuxImage({
          flaws: [
            {
              id: 'kernel-past-end',
              severity: 'fatal',
              what: 'the file has 5 bytes',
              consequence: '',
              mend: 'build it again',
            },
          ],
        }),
      ],
      ['command line', linuxImage({ commandLineMax: 10 }), { commandLine: 'console=ttyS0' }],
      ['two initrds', linuxImage(), { modules: [module('a', 'a'), module('b', 'b')] }],
      ['kernel larger than memory', linuxImage({ initSize: 0x4000000 }), { memoryMiB: 64 }],
      [
        'initrd larger than memory',
        linuxImage(),
        { memoryMiB: 40, modules: [{ ...module('a', ''), bytes: new Uint8Array(16 << 20) }] },
      ],
      ['firmware', linuxImage(), { firmware: 'bios' }],
      ['another protocol', linuxImage(), { protocol: 'multiboot1' }],
    ]),
  ).toMatchInlineSnapshot(`
    "too old
    KT2014: the Linux kernel has boot protocol 2.05
      kerneltest starts protocol 2.06 and newer, as a bzImage. Boot older ones from a disk with a boot loader.

    a zImage
    KT2014: the Linux kernel has boot protocol 2.15 and is loaded below 1 MiB
      kerneltest starts protocol 2.06 and newer, as a bzImage. Boot older ones from a disk with a boot loader.

    cut short
    KT2014: the file has 5 bytes
      Mend it: build it again.

    command line
    KT2011: the command line has 13 bytes; the kernel reads 10
      Shorten it by 3 bytes, or build settings into the kernel (CONFIG_CMDLINE).

    two initrds
    KT2007: Linux takes one module, its initrd, and not 2
      Concatenate several cpio archives into one file.

    kernel larger than memory
    KT2006: no free memory for the kernel (0x4000000 bytes) in 64 MiB
      Give the machine more memory: option memory, --memory on the command line.

    initrd larger than memory
    KT2006: no free memory for the initrd (0x1000000 bytes) in 40 MiB
      Give the machine more memory: option memory, --memory on the command line.

    firmware
    KT2007: linux starts the kernel without a firmware
      Leave out the option firmware: it is for disks and ISOs.

    another protocol
    KT2002: the image cannot be booted by multiboot1
      It can by linux.
    "
  `)
})
