import { afterEach, describe, expect, test } from 'vitest'
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
async function inLongMode(version: QemuVersion): Promise<{ memory: GuestMemory }> {
  const qemu = await startQemu(version, ['-kernel', kernel('observed')])
  const memory = memoryOf(qemu)
  const serial = collect(qemu.serial)
  await qemu.runUntil(() => serial.text() === 'R')
  return { memory }
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
  test('what is not there, or no memory', async () => {
    const { memory } = await inLongMode(version)
    expect([
      await messageOf(memory.read('linear', 0xffff_ffff_ffff_fffcn, 8)),
      await messageOf(memory.read('physical', 0xfec00000n, 4)),
      await messageOf(memory.write('physical', 0xffff0n, bytes('x'))),
    ]).toMatchInlineSnapshot(`
      [
        "KT3011: linear address 0x10000000000000000 does not exist in 64 bits
        Check the address; before the guest enters long mode, linear addresses have 32 bits.",
        "KT3011: physical address 0xfec00000 is no memory but the device ioapic, whose state an access can change
        Devices cannot be read or written this way; let the guest do it.",
        "KT3011: the memory at physical address 0xffff0 is read-only (pc.ram)
        Firmware and the memory that it locked cannot be written.",
      ]
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
