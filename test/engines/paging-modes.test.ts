import { describe, expect, test } from 'vitest'
import { embeddedEngine } from '../../src/engines/embedded/engine.ts'
import type { Machine } from '../../src/engines/engine.ts'
import type { AddressSpace } from '../../src/observe/address-space.ts'
import { readAddressSpace } from '../../src/session/read-address-space.ts'
import { onBoth } from './on-both.ts'
import { kernelPlan } from './plans.ts'

const accessed = 0x20n
const limit = { deadlineNs: 60_000_000_000n, any: [] }

/** Where the kernel maps something worth a look; firmware owns what lies below 1 MiB and 4 GiB. */
const places = [
  ...[0x10_0000n, 0x30_0000n, 0x40_0000n, 0x40_1000n, 0x40_2000n, 0x40_3000n, 0x40_4000n, 0x40_5000n],
  ...[0x90_0000n, 0xb0_0000n, 0xc0_0000n, 0xe0_0000n, 0x100_0000n, 0x8030_0000n, 0xc030_0000n],
  ...[0x1_0030_0000n, 0x7fff_8030_0000n, 0x8000_0000_0000n, 0xffff_8000_0030_0000n, 0xffff_ffff_8030_0000n],
  ...[0x1_0000_0030_0000n, 0xff_8000_0030_0000n, 0x100_0000_0000_0000n],
]

/** The kernel `paging-modes` at its end in the mode of that number. */
const planIn = (mode: bigint) =>
  kernelPlan('paging-modes', { registers: { rbx: mode }, cpu: { features: { la57: mode === 5n } } })

/** Four bytes, or why they cannot be read. */
async function peek(machine: Machine, linear: bigint): Promise<string> {
  try {
    return Buffer.from(await machine.read('linear', linear, 4)).toString('hex')
  } catch (error) {
    return error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)
  }
}

/** QEMU marks the first entries of PAE paging as accessed, and looks through reserved bits. */
async function placeOf(machine: Machine, space: AddressSpace, linear: bigint) {
  const { path, ...walk } = space.walk(linear)
  const entries = path.map((entry) => {
    const isLoaded = space.mode === 'PAE' && entry.level === 'pdpte'
    return isLoaded ? { ...entry, value: entry.value & ~accessed } : entry
  })
  return { ...walk, entries, bytes: walk.end === 'reservedBit' ? '' : await peek(machine, linear) }
}

describe.each([
  ['none', 0n],
  ['32-bit', 1n],
  ['32-bit', 2n],
  ['PAE', 3n],
  ['4-level', 4n],
  ['5-level', 5n],
])('%s paging (%i)', (mode, number) => {
  test('is walked the same on both engines', async () => {
    const [qemu, embedded] = await onBoth(planIn(number), async (machine) => {
      await machine.run(limit)
      const space = await readAddressSpace(machine)
      const found = await Promise.all(places.map((linear) => placeOf(machine, space, linear)))
      return { mode: space.mode, table: String(space), ranges: space.ranges(), found }
    })
    expect(embedded).toEqual(qemu)
    expect(embedded?.mode).toBe(mode)
    expect(embedded?.table).toMatchSnapshot('table')
    const found = embedded?.found.map(({ linear, end, bytes }) => `0x${linear.toString(16)} ${end} ${bytes}`)
    expect(found).toMatchSnapshot('places')
  })
})

test('in PAE paging the entries count that were loaded, not those in memory', async () => {
  const machine = await embeddedEngine.open(planIn(3n), () => {}, new AbortController().signal)
  await machine.run(limit)
  const before = String(await readAddressSpace(machine))
  const { cr3 } = await machine.registers()
  await machine.write('physical', cr3, new Uint8Array(32))
  expect(String(await readAddressSpace(machine))).toBe(before)
  expect(await peek(machine, 0x30_0000n)).toBe(Buffer.from('here').toString('hex'))
  await machine.close()
})
