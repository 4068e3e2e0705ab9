import { afterEach, describe, expect, test } from 'vitest'
import { Breakpoints } from '../../../src/engines/qemu/breakpoints.ts'
import { GuestMemory } from '../../../src/engines/qemu/memory.ts'
import { parseFlatViews } from '../../../src/engines/qemu/physical-regions.ts'
import { kernel } from '../../kernels/build.ts'
import { type BareQemu, collect, type QemuVersion, qemuVersions, startQemu } from './bare-qemu.ts'
import { startBiosGuest } from './bios-guest.ts'

const open: BareQemu[] = []
afterEach(async () => {
  for (const qemu of open.splice(0)) await qemu.close()
})

function memoryOf(qemu: BareQemu): GuestMemory {
  open.push(qemu)
  return new GuestMemory(qemu.monitor, qemu.qtest)
}

/** The kernel `observed` with its page tables in force. */
async function inLongMode(version: QemuVersion): Promise<{ qemu: BareQemu; memory: GuestMemory }> {
  const qemu = await startQemu(version, ['-kernel', kernel('observed')])
  const memory = memoryOf(qemu)
  const serial = collect(qemu.serial)
  await qemu.runUntil(() => serial.text() === 'R')
  return { qemu, memory }
}

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1')
const bytes = (content: string): Uint8Array => new Uint8Array(Buffer.from(content, 'latin1'))

async function messageOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'no error',
    (error: Error) => error.message,
  )
}

describe.each(qemuVersions)('QEMU %s', (version) => {
  test('linear reads cross pages that lie apart, and reach the higher half', async () => {
    const { memory } = await inLongMode(version)
    expect(text(await memory.read('linear', 0x200000n, 4))).toBe('BBBB')
    expect(text(await memory.read('linear', 0x201000n, 4))).toBe('AAAA')
    const across = await memory.read('linear', 0x200ffen, 6)
    expect([...across]).toEqual([0, 0, 0x41, 0x41, 0x41, 0x41])
    const code = await memory.read('linear', 0xffffffff80111010n, 2)
    expect([...code]).toEqual([0x90, 0xc3])
    expect(await memory.read('physical', 0x111010n, 2)).toEqual(code)
    expect(await memory.read('linear', 0x202000n, 0)).toEqual(new Uint8Array(0))
  })

  test('writes, both ways, of more than one packet', async () => {
    const { memory } = await inLongMode(version)
    const long = Uint8Array.from({ length: 5000 }, (_, index) => index * 7)
    await memory.write('linear', 0x200800n, long.subarray(0, 0x1800))
    expect(await memory.read('linear', 0x200800n, 5000)).toEqual(long)
    expect(await memory.read('physical', 0x141800n, 0x800)).toEqual(long.subarray(0, 0x800))
    expect(await memory.read('physical', 0x140000n, 0x800)).toEqual(long.subarray(0x800, 0x1000))
    await memory.write('physical', 0x150000n, bytes('$#}*'))
    expect(text(await memory.read('physical', 0x150000n, 4))).toBe('$#}*')
  })

  test('the guest runs what was written over its code', async () => {
    const { qemu, memory } = await inLongMode(version)
    // inc qword [0x150000] in place of `nop; ret`, then `ret`
    await memory.write(
      'linear',
      0xffffffff80111010n,
      Uint8Array.of(0x48, 0xff, 0x04, 0x25, 0, 0, 0x15, 0, 0xc3),
    )
    await qemu.runUntil(async () => ((await memory.read('physical', 0x150000n, 1))[0] ?? 0) > 0)
  })

  test('what is not there', async () => {
    const { memory } = await inLongMode(version)
    const read = (space: 'linear' | 'physical', address: bigint, length: number) =>
      messageOf(memory.read(space, address, length))
    expect([
      await read('linear', 0x201ffcn, 8),
      await read('linear', 0x203000n, 1),
      await read('linear', 0x8000_0000_0000n, 1),
      await read('linear', 0xffff_ffff_ffff_fffcn, 8),
      await read('physical', 0x7fffffen, 4),
      await read('physical', 0xfec00000n, 4),
      await read('physical', 1n << 60n, 4),
      await messageOf(memory.write('physical', 0xffff0n, bytes('x'))),
      await messageOf(memory.write('linear', 0x202000n, bytes('x'))),
    ]).toMatchInlineSnapshot(`
      [
        "KT3011: nothing is mapped at linear address 0x202000
        Look at the guest's page tables at this point (\`vm.pageTables\`), or read a physical address.",
        "KT3011: there is no memory at physical address 0x80000000
        Give the machine more memory (\`memory\`), or check the address.",
        "KT3011: nothing is mapped at linear address 0x800000000000
        Look at the guest's page tables at this point (\`vm.pageTables\`), or read a physical address.",
        "KT3011: linear address 0x10000000000000000 does not exist in 64 bits
        Check the address; before the guest enters long mode, linear addresses have 32 bits.",
        "KT3011: there is no memory at physical address 0x8000000
        Give the machine more memory (\`memory\`), or check the address.",
        "KT3011: physical address 0xfec00000 is no memory but the device ioapic, whose state an access can change
        Devices cannot be read or written this way; let the guest do it.",
        "KT3011: there is no memory at physical address 0x1000000000000000
        Give the machine more memory (\`memory\`), or check the address.",
        "KT3011: the memory at physical address 0xffff0 is read-only (pc.ram)
        Firmware and the memory that it locked cannot be written.",
        "KT3011: nothing is mapped at linear address 0x202000
        Look at the guest's page tables at this point (\`vm.pageTables\`), or read a physical address.",
      ]
    `)
  })

  test('before paging, and above 4 GiB without long mode', async () => {
    const qemu = await startQemu(version, ['-kernel', kernel('observed')])
    const memory = memoryOf(qemu)
    const breakpoints = new Breakpoints(qemu.monitor, qemu.gdb)
    await breakpoints.arm([0x100020n])
    await qemu.runUntil(async () => (await breakpoints.hit()) !== null)
    await breakpoints.disarm()
    expect(await memory.read('linear', 0x111010n, 2)).toEqual(Uint8Array.of(0x90, 0xc3))
    expect(await messageOf(memory.read('linear', 0xfffffffen, 4))).toMatchInlineSnapshot(`
      "KT3011: linear address 0x100000000 does not exist outside of long mode
        Check the address; before the guest enters long mode, linear addresses have 32 bits."
    `)
  })

  test('the text screen is memory, planar video memory is not', async () => {
    const guest = await startBiosGuest(version)
    const memory = memoryOf(guest.qemu)
    await guest.video({ ax: 3 })
    await guest.fill(0xb800, 0, 0x0741, 1)
    expect(await memory.read('physical', 0xb8000n, 2)).toEqual(Uint8Array.of(0x41, 0x07))
    await memory.write('physical', 0xb8000n, bytes('K\x1e'))
    expect(text(await memory.read('linear', 0xb8000n, 2))).toBe('K\x1e')
    await guest.video({ ax: 0x13 })
    expect(await memory.read('physical', 0xa0000n, 2)).toEqual(Uint8Array.of(0, 0))
    await guest.video({ ax: 0x12 })
    expect(await messageOf(memory.read('physical', 0xa0000n, 2))).toMatchInlineSnapshot(`
      "KT3011: physical address 0xa0000 is no memory but the device vga-lowmem, whose state an access can change
        In this graphics mode the video memory can only be seen as a screen (\`vm.screen\`)."
    `)
  })

  test('the regions of the physical address space', async () => {
    const qemu = await startQemu(version, ['-m', '6G'])
    open.push(qemu)
    const regions = parseFlatViews(await qemu.monitor.human('info mtree -f'))
    expect(regions[0]).toMatchObject({ start: 0n, kind: 'ram', name: 'pc.ram' })
    expect(regions.find(({ start }) => start === 1n << 32n)).toEqual({
      start: 0x1_0000_0000n,
      last: 0x1_bfff_ffffn,
      kind: 'ram',
      name: 'pc.ram',
    })
    expect(regions.find(({ name }) => name === 'ioapic')?.kind).toBe('device')
    expect(regions.find(({ name }) => name === 'pc.bios')?.kind).toBe('rom')
  })
})
