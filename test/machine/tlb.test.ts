import { describe, expect, test } from 'vitest'
import { bank, state as layout } from '../../src/machine/cpu/state-layout.ts'
import { acFlag, bit, cr0, cr4, PagedMachine, region, type Setup, tables } from './paged-machine.ts'

const at = region.long
const all = bit.p | bit.w | bit.u
const [first, second] = [0x20_0000n, 0x21_0000n]

/** Two physical pages that tell each other apart, the first mapped. */
function mapped(rights = all, setup: Setup = {}): PagedMachine {
  const machine = new PagedMachine('long', setup)
  machine.map(first | rights)
  machine.memory.write(Number(first), Uint8Array.of(1))
  machine.memory.write(Number(second), Uint8Array.of(2))
  return machine
}

describe('translations stay until they are invalidated', () => {
  test('a changed entry counts after INVLPG', () => {
    const machine = mapped()
    expect(machine.readAs('read', at)).toBe(1n)
    machine.set(tables.table, second | all)
    expect(machine.readAs('read', at)).toBe(1n)
    expect(machine.does('invlpg', at + 0x1000n)).toBe('ok')
    expect(machine.readAs('read', at)).toBe(1n)
    expect(machine.does('invlpg', at + 0xfffn)).toBe('ok')
    expect(machine.readAs('read', at)).toBe(2n)
  })

  test('A and D that the guest clears stay clear while the entry is known', () => {
    const machine = mapped()
    machine.does('write', at)
    machine.set(tables.table, first | all)
    machine.does('write', at)
    machine.does('read', at)
    expect(machine.get(tables.table)).toBe(first | all)
    machine.does('invlpg', at)
    machine.does('read', at)
    expect(machine.get(tables.table)).toBe(first | all | bit.a)
    machine.does('write', at)
    expect(machine.get(tables.table)).toBe(first | all | bit.a | bit.d)
  })

  test('an entry that refuses is walked again: rights that were added count at once', () => {
    const machine = mapped(bit.p | bit.u, { cr0: cr0.wp })
    expect(machine.readAs('read', at)).toBe(1n)
    machine.set(tables.table, second | all)
    expect(machine.readAs('read', at)).toBe(1n)
    expect(machine.does('write', at)).toBe('ok')
    expect(machine.memory.read(Number(second), 1)).toEqual(Uint8Array.of(1))
  })

  test('a fault drops the entry of its page, and no other', () => {
    const machine = mapped(bit.p, { cr0: cr0.wp })
    const sameSet = at + 1024n * 4096n
    machine.set(tables.directory + 16, BigInt(tables.table) | all)
    machine.does('read', at)
    machine.set(tables.table, second | bit.p)
    expect(machine.does('write', sameSet)).toBe('#14(3)')
    expect(machine.readAs('read', at)).toBe(1n)
    expect(machine.does('write', at)).toBe('#14(3)')
    expect(machine.readAs('read', at)).toBe(2n)
  })

  test('pages that lie 1024 pages apart evict each other', () => {
    const machine = mapped()
    for (const offset of [8, 16]) machine.set(tables.directory + offset, BigInt(tables.table) | all)
    machine.set(tables.table + 8 * 511, second | all)
    machine.does('read', at)
    machine.set(tables.table, second | all)
    expect(machine.readAs('read', at + 1023n * 4096n)).toBe(2n)
    expect(machine.readAs('read', at)).toBe(1n)
    expect(machine.readAs('read', at + 1024n * 4096n)).toBe(2n)
    expect(machine.readAs('read', at)).toBe(2n)
  })

  test('writing CR3 drops all but global pages, and those only with CR4.PGE', () => {
    for (const [pge, expected] of [
      [0, 2n],
      [cr4.pge, 1n],
    ] as const) {
      const machine = mapped(all | bit.g, { cr4: pge })
      machine.set(tables.table + 8, first | all)
      machine.does('read', at)
      machine.does('read', at + 0x1000n)
      machine.set(tables.table, second | all)
      machine.set(tables.table + 8, second | all)
      expect(machine.does('reloadCr3', 0n)).toBe('ok')
      expect(machine.readAs('read', at)).toBe(expected)
      expect(machine.readAs('read', at + 0x1000n)).toBe(2n)
      machine.does('invlpg', at)
      expect(machine.readAs('read', at)).toBe(2n)
    }
  })

  test('INVLPG of a large page drops all its parts, and none of its neighbour', () => {
    const machine = mapped()
    const large = (address: bigint) => address | all | bit.ps
    machine.set(tables.directory, large(0x20_0000n))
    machine.set(tables.directory + 8, large(0x20_0000n))
    machine.does('read', at)
    machine.does('read', at + 0x5000n)
    machine.does('read', at + 0x20_0000n)
    for (const offset of [0, 8]) machine.set(tables.directory + offset, large(0n))
    machine.does('invlpg', at + 0x1f_f000n)
    expect(machine.readAs('read', at)).toBe(0n)
    expect(machine.readAs('read', at + 0x5000n)).toBe(0n)
    expect(machine.readAs('read', at + 0x20_0000n)).toBe(1n)
  })

  test('code has entries of its own, which INVLPG drops too', () => {
    const machine = mapped()
    // JMP to itself, and UD2.
    machine.memory.write(Number(first), Uint8Array.of(0xeb, 0xfe))
    machine.memory.write(Number(second), Uint8Array.of(0x0f, 0x0b))
    expect(machine.does('execute', at)).toBe('ok')
    machine.set(tables.table, second | all)
    expect(machine.readAs('read', at)).toBe(0x0fn)
    expect(machine.does('execute', at)).toBe('ok')
    machine.does('invlpg', at)
    expect(machine.does('execute', at)).toBe('#6(0)')
  })
})

describe('what fast handlers may use', () => {
  test('belongs to one privilege: user code faults where the supervisor has just been', () => {
    const machine = mapped(bit.p | bit.w, { isShared: true, efer: 1 })
    expect(machine.does('write', at)).toBe('ok')
    expect(machine.does('write', at)).toBe('ok')
    expect(machine.does('sysret', 0n)).toBe('ok')
    expect(machine.cpu.state.cpl).toBe(3)
    expect(machine.does('read', at)).toBe('#14(5)')
    expect(machine.does('write', at)).toBe('#14(7)')
  })

  test('is opened and closed by AC under SMAP', () => {
    const machine = mapped(all, { cr4: cr4.smap, flags: acFlag })
    expect(machine.does('write', at)).toBe('ok')
    expect(machine.does('write', at)).toBe('ok')
    expect(machine.cpu.state.u32(layout.bank)).toBe(bank.supervisorWithAc * 0x8000)
    expect(machine.does('clac', 0n)).toBe('ok')
    expect(machine.cpu.state.u32(layout.bank)).toBe(bank.supervisor)
    expect(machine.does('write', at)).toBe('#14(3)')
    expect(machine.does('stac', 0n)).toBe('ok')
    expect(machine.does('write', at)).toBe('ok')
  })

  test('changes with CR0.WP', () => {
    const machine = mapped(bit.p)
    expect(machine.does('write', at)).toBe('ok')
    machine.a = BigInt((machine.cpu.state.cr0 | cr0.wp) >>> 0)
    expect(machine.does('writeCr0', 0n)).toBe('ok')
    expect(machine.does('write', at)).toBe('#14(3)')
    machine.a = BigInt((machine.cpu.state.cr0 & ~cr0.wp) >>> 0)
    expect(machine.does('writeCr0', 0n)).toBe('ok')
    expect(machine.does('write', at)).toBe('ok')
  })

  test('is nothing while alignment is checked', () => {
    const machine = mapped(all, { cpl: 3, cr0: cr0.am, flags: acFlag })
    expect(machine.cpu.state.u32(layout.bank)).toBe(bank.never * 0x8000)
    expect(machine.does('read4', at + 4n)).toBe('ok')
    expect(machine.does('read4', at + 6n)).toBe('#17(0)')
    expect(machine.does('read4', at + 2n)).toBe('#17(0)')
    expect(machine.does('read', at + 3n)).toBe('ok')
    // The alignment comes before the page, the address before the alignment.
    expect(machine.does('read4', at + 0x10_0001n)).toBe('#17(0)')
    expect(machine.does('read4', at + 0x10_0000n)).toBe('#14(4)')
    expect(machine.does('read4', (1n << 47n) + 1n)).toBe('#13(0)')
  })

  test.each([
    ['supervisor code', { cr0: cr0.am, flags: acFlag }],
    ['without AM', { cpl: 3, flags: acFlag }],
    ['without AC', { cpl: 3, cr0: cr0.am }],
  ] as const)('alignment is not checked: %s', (_name, setup) => {
    expect(mapped(all, setup).does('read4', at + 1n)).toBe('ok')
  })
})

test('equal histories leave equal entries, which saving and loading keeps', () => {
  const digest = (machine: PagedMachine) => Buffer.from(machine.cpu.save()).toString('base64')
  const [one, other] = [mapped(), mapped()]
  for (const machine of [one, other]) {
    machine.a = 1n
    for (let page = 0n; page < 40n; page++) {
      machine.set(tables.table + 8 * Number(page), first | all)
      machine.does(page % 3n === 0n ? 'write' : 'read', at + page * 4096n)
    }
  }
  expect(digest(one)).toBe(digest(other))
  one.cpu.load(one.cpu.save())
  one.set(tables.table, second | all)
  expect(one.readAs('read', at)).toBe(1n)
})
