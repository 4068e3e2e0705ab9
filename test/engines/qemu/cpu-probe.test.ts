import { afterEach, describe, expect, test } from 'vitest'
import { stuckGuest } from '../../../src/engines/qemu/cpu-probe.ts'
import { GuestMemory } from '../../../src/engines/qemu/memory.ts'
import { kernel } from '../../kernels/build.ts'
import { type BareQemu, collect, pause, qemuVersions, startQemu, waitFor } from './bare-qemu.ts'

const open: BareQemu[] = []
afterEach(async () => {
  for (const qemu of open.splice(0)) await qemu.close()
})

describe.each(qemuVersions)('QEMU %s', (version) => {
  test('a guest is stuck only when all of its CPUs are', async () => {
    const qemu = await startQemu(version, ['-smp', '2', '-kernel', kernel('observed')])
    open.push(qemu)
    const memory = new GuestMemory(qemu.monitor, qemu.qtest)
    const serial = collect(qemu.serial)
    await qemu.runUntil(() => serial.text() === 'R')
    expect(await stuckGuest(qemu.monitor, memory)).toBeNull()
    // CPU 0 halts in `tick`: cli; hlt; jmp back
    await memory.write('linear', 0xffffffff80111010n, Uint8Array.of(0xfa, 0xf4, 0xeb, 0xfc))
    await qemu.runUntil(() => pause(100).then(() => true))
    expect(await stuckGuest(qemu.monitor, memory)).toBeNull()
    // CPU 1 loops in `ap_tick`, in real mode: pause; jmp back
    await memory.write('physical', 0x8020n, Uint8Array.of(0xf3, 0x90, 0xeb, 0xfc))
    await qemu.runUntil(() => pause(100).then(() => true))
    expect(await stuckGuest(qemu.monitor, memory)).toEqual({ kind: 'deadHalt', rip: 0xffffffff80111011n })
  })

  test('a loop at the edge of what is mapped', async () => {
    const qemu = await startQemu(version, ['-kernel', kernel('observed')])
    open.push(qemu)
    const memory = new GuestMemory(qemu.monitor, qemu.qtest)
    const serial = collect(qemu.serial)
    await qemu.runUntil(() => serial.text() === 'R')
    // The last bytes before 202000h, where nothing is mapped; `tick` jumps there.
    await memory.write('linear', 0x201ffen, Uint8Array.of(0xeb, 0xfe))
    const jump = Uint8Array.of(0xff, 0x24, 0x25, 0x00, 0x00, 0x15, 0x00) // jmp [0x150000]
    await memory.write('physical', 0x150000n, Uint8Array.of(0xfe, 0x1f, 0x20, 0, 0, 0, 0, 0))
    await memory.write('linear', 0xffffffff80111010n, jump)
    await qemu.runUntil(() => pause(100).then(() => true))
    expect(await stuckGuest(qemu.monitor, memory)).toEqual({
      kind: 'hang',
      proof: { rip: 0x201ffen, bytes: Uint8Array.of(0xeb, 0xfe) },
    })
  })

  test('looking at a running guest does not disturb it', async () => {
    const qemu = await startQemu(version, ['-smp', '2', '-kernel', kernel('observed')])
    open.push(qemu)
    const memory = new GuestMemory(qemu.monitor, qemu.qtest)
    const serial = collect(qemu.serial)
    await qemu.monitor.execute('cont')
    await waitFor(() => serial.text() === 'R')
    for (let look = 0; look < 50; look += 1) expect(await stuckGuest(qemu.monitor, memory)).toBeNull()
    expect(await qemu.monitor.execute('query-status')).toMatchObject({ running: true })
  })
})
