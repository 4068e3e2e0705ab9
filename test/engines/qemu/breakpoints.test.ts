import { afterEach, describe, expect, test } from 'vitest'
import { Breakpoints } from '../../../src/engines/qemu/breakpoints.ts'
import { readRegisters } from '../../../src/engines/qemu/registers.ts'
import { kernel } from '../../kernels/build.ts'
import {
  type BareQemu,
  collect,
  pause,
  type QemuVersion,
  qemuVersions,
  startQemu,
  waitFor,
} from './bare-qemu.ts'

/** Addresses in the kernel `observed`. */
const tick = 0xffffffff80111010n
const tickCounter = 0x130000
const otherTick = 0x8020n
const otherCounter = 0x8024

const open: BareQemu[] = []
afterEach(async () => {
  for (const qemu of open.splice(0)) await qemu.close()
})

async function observed(version: QemuVersion, cpus = 1): Promise<BareQemu> {
  const qemu = await startQemu(version, ['-smp', `${cpus}`, '-kernel', kernel('observed')])
  open.push(qemu)
  return qemu
}

async function word(qemu: BareQemu, physical: number): Promise<number> {
  const printed = await qemu.monitor.human(`xp /1xw ${physical}`)
  return Number(printed.split(': ')[1])
}

/** Arms, runs to the stop, disarms, as `Breakpoints` says it wants to be used. */
async function runTo(qemu: BareQemu, breakpoints: Breakpoints, ...addresses: readonly bigint[]) {
  await breakpoints.arm(addresses)
  const before = stops(qemu)
  await qemu.monitor.execute('cont')
  await waitFor(() => stops(qemu) > before)
  const hit = await breakpoints.hit()
  await breakpoints.disarm()
  return hit
}

function stops(qemu: BareQemu): number {
  return qemu.events.filter((event) => event.name === 'STOP').length
}

describe.each(qemuVersions)('QEMU %s', (version) => {
  test('from power-on to a higher-half address that is not mapped yet', async () => {
    const qemu = await observed(version)
    const breakpoints = new Breakpoints(qemu.monitor, qemu.gdb)
    expect(await runTo(qemu, breakpoints, tick)).toEqual({ linear: tick, cpu: 0 })
    const [cpu] = await readRegisters(qemu.monitor)
    expect(cpu).toMatchObject({ rip: tick, rax: 0x1111111111111111n })
    expect(await word(qemu, tickCounter)).toBe(1)
  })

  test('again and again to the same address', async () => {
    const qemu = await observed(version)
    const breakpoints = new Breakpoints(qemu.monitor, qemu.gdb)
    for (const count of [1, 2, 3]) {
      expect(await runTo(qemu, breakpoints, tick)).toEqual({ linear: tick, cpu: 0 })
      expect(await word(qemu, tickCounter)).toBe(count)
    }
  })

  test('the guest runs on after a hit, and a stop by QMP is none', async () => {
    const qemu = await observed(version)
    const breakpoints = new Breakpoints(qemu.monitor, qemu.gdb)
    await runTo(qemu, breakpoints, tick)
    await qemu.runUntil(async () => (await word(qemu, tickCounter)) > 1000)
    const serial = collect(qemu.serial)
    await breakpoints.arm([0x500n])
    await qemu.runUntil(() => pause(50).then(() => true))
    expect(await breakpoints.hit()).toBeNull()
    await breakpoints.disarm()
    expect(await runTo(qemu, breakpoints, 0x500n, tick)).toEqual({ linear: tick, cpu: 0 })
    expect(serial.text()).toBe('R')
  })

  test('a CPU that stands at a HLT', async () => {
    const disk = `if=ide,format=raw,snapshot=on,file=${kernel('idle-ticks')}`
    const qemu = await startQemu(version, ['-drive', disk])
    open.push(qemu)
    const breakpoints = new Breakpoints(qemu.monitor, qemu.gdb)
    for (const count of [0, 1, 2]) {
      expect(await runTo(qemu, breakpoints, 0x7c20n)).toEqual({ linear: 0x7c20n, cpu: 0 })
      expect((await word(qemu, 0x600)) & 0xffff).toBe(count)
    }
  })

  test('nothing armed is never hit', async () => {
    const qemu = await observed(version)
    const breakpoints = new Breakpoints(qemu.monitor, qemu.gdb)
    await breakpoints.arm([])
    expect(await breakpoints.hit()).toBeNull()
    await breakpoints.disarm()
  })

  test('two CPUs at addresses of their own, one of them in real mode', async () => {
    const qemu = await observed(version, 2)
    const breakpoints = new Breakpoints(qemu.monitor, qemu.gdb)
    expect(await runTo(qemu, breakpoints, otherTick)).toEqual({ linear: otherTick, cpu: 1 })
    expect(await word(qemu, otherCounter)).toBe(1)
    expect(await runTo(qemu, breakpoints, tick)).toEqual({ linear: tick, cpu: 0 })
    const seen = await word(qemu, otherCounter)
    expect(await runTo(qemu, breakpoints, otherTick)).toEqual({ linear: otherTick, cpu: 1 })
    expect([seen, seen + 1]).toContain(await word(qemu, otherCounter))
    expect((await runTo(qemu, breakpoints, otherTick, tick))?.linear).toBeOneOf([tick, otherTick])
  })

  test('the whole of a run with many stops by QMP in between', async () => {
    const qemu = await observed(version, 2)
    const breakpoints = new Breakpoints(qemu.monitor, qemu.gdb)
    await runTo(qemu, breakpoints, tick)
    for (let round = 0; round < 10; round += 1) {
      const before = await word(qemu, tickCounter)
      await qemu.runUntil(async () => (await word(qemu, tickCounter)) > before)
      const between = await word(qemu, tickCounter)
      expect(await runTo(qemu, breakpoints, tick)).toEqual({ linear: tick, cpu: 0 })
      expect(await word(qemu, tickCounter)).toBeOneOf([between, between + 1])
    }
  })
})
