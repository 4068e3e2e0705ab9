import { expect, test } from 'vitest'
import { acFlag, bit, cr0, cr4, nxe, PagedMachine, region, tables } from './paged-machine.ts'

const page = 0x20_0000n

interface Mode {
  readonly cpl: 0 | 3
  readonly wp: boolean
  readonly smep: boolean
  readonly smap: boolean
  readonly ac: boolean
}

interface Access {
  /** Rights of the page directory's entry and of the page's. */
  readonly above: bigint
  readonly leaf: bigint
  readonly what: 'read' | 'write' | 'execute'
}

const rightsOf = [0n, bit.w, bit.u, bit.u | bit.w]

/** SDM volume 3, 4.6.1, in its own order. */
function isAllowed({ cpl, wp, smep, smap, ac }: Mode, { above, leaf, what }: Access): boolean {
  const both = above & leaf
  const isUserPage = (both & bit.u) !== 0n
  const isWritable = (both & bit.w) !== 0n
  const isExecutable = ((above | leaf) & bit.nx) === 0n
  if (cpl === 3) {
    if (!isUserPage) return false
    return what === 'read' || (what === 'write' ? isWritable : isExecutable)
  }
  if (what === 'execute') return isExecutable && !(smep && isUserPage)
  if (isUserPage && smap && !ac) return false
  return what === 'read' || isWritable || !wp
}

function codeOf({ cpl }: Mode, { what }: Access): number {
  const code = 1 | (what === 'write' ? 2 : 0) | (cpl === 3 ? 4 : 0)
  return what === 'execute' ? code | 16 : code
}

const modes = Array.from({ length: 32 }, (_, number): Mode => {
  const has = (index: number) => ((number >> index) & 1) === 1
  return { cpl: has(0) ? 3 : 0, wp: has(1), smep: has(2), smap: has(3), ac: has(4) }
})
const whole = bit.u | bit.w
const accesses = [...rightsOf, whole | bit.nx].flatMap((leaf) =>
  [whole, bit.w, bit.u, whole | bit.nx].flatMap((above) =>
    (['read', 'write', 'execute'] as const).map((what): Access => ({ above, leaf, what })),
  ),
)

test('rights of 4-level paging are as the manual combines them', () => {
  const machine = new PagedMachine('long')
  const wrong: unknown[] = []
  for (const mode of modes) {
    for (const access of accesses) {
      machine.enter({
        cpl: mode.cpl,
        cr0: mode.wp ? cr0.wp : 0,
        cr4: (mode.smep ? cr4.smep : 0) | (mode.smap ? cr4.smap : 0),
        efer: nxe,
        flags: mode.ac ? acFlag : 0,
      })
      mapWith(machine, access)
      const answer = machine.does(access.what, region.long)
      const expected = isAllowed(mode, access) ? 'ok' : `#14(${codeOf(mode, access)})`
      if (answer !== expected) wrong.push({ ...mode, ...access, answer, expected })
    }
  }
  expect(wrong).toEqual([])
})

function mapWith(machine: PagedMachine, { above, leaf }: Access): void {
  machine.map(page | leaf | bit.p)
  const entry = machine.get(machine.directoryEntry) & ~whole
  machine.set(machine.directoryEntry, entry | above)
}

test.each([
  // AD of key 1; then WD.
  ['read', 3, 0b0100, 0, '#14(37)'],
  ['write', 3, 0b0100, 0, '#14(39)'],
  ['execute', 3, 0b0100, 0, 'ok'],
  ['read', 0, 0b0100, 0, '#14(33)'],
  ['read', 3, 0b1000, 0, 'ok'],
  ['write', 3, 0b1000, 0, '#14(39)'],
  ['write', 0, 0b1000, 0, 'ok'],
  ['write', 0, 0b1000, cr0.wp, '#14(35)'],
  ['write', 3, 0b11_0011, 0, 'ok'],
] as const)('%s at level %d with PKRU %i and CR0 bits %i: %s', (what, cpl, pkru, cr0Bits, expected) => {
  const machine = new PagedMachine('long', { cpl, pkru, cr0: cr0Bits, cr4: cr4.pke })
  machine.map(page | bit.p | bit.w | bit.u | (1n << 59n))
  expect(machine.does(what, region.long)).toBe(expected)
})

test('keys guard user pages only, and only in long mode', () => {
  const setup = { cpl: 0, pkru: 0xffff_ffff, cr4: cr4.pke } as const
  const machine = new PagedMachine('long', setup)
  machine.map(page | bit.p | bit.w)
  expect(machine.does('write', region.long)).toBe('ok')
  const pae = new PagedMachine('pae', setup)
  pae.map(page | bit.p | bit.w | bit.u)
  expect(pae.does('write', region.pae)).toBe('ok')
})

test('SMAP counts for what the CPU reads of its own, whatever AC says', () => {
  for (const [flags, bits] of [
    [acFlag, 0],
    [acFlag, cr4.smap],
  ] as const) {
    const machine = new PagedMachine('long', { cr4: bits, flags })
    machine.map(page | bit.p | bit.w | bit.u)
    machine.memory.write(Number(page) + 8, Uint8Array.of(0xff, 0xff, 0, 0, 0, 0x93, 0xcf, 0))
    machine.setGdt(region.long, 0xff)
    machine.di = 8n
    expect(machine.does('loadDs', 0n)).toBe(bits === 0 ? 'ok' : '#14(1)')
    if (bits !== 0) expect(machine.cr2).toBe(region.long + 8n)
  }
})

test('what the CPU reads of its own has supervisor rights at level 3', () => {
  const machine = new PagedMachine('long', { cpl: 3 })
  machine.map(page | bit.p | bit.w)
  machine.memory.write(Number(page) + 8, Uint8Array.of(0xff, 0xff, 0, 0, 0, 0xf2, 0xcf, 0))
  machine.setGdt(region.long, 0xff)
  machine.di = 0xbn
  expect(machine.does('loadDs', 0n)).toBe('ok')
  expect(machine.get(tables.table) & bit.d).toBe(bit.d)
  expect(machine.does('read', region.long)).toBe('#14(5)')
})

test.each(['legacy', 'pae'] as const)('%s paging knows U/S and R/W of both levels', (paging) => {
  const machine = new PagedMachine(paging)
  const wrong: unknown[] = []
  const mode = { cpl: 3, wp: false, smep: false, smap: false, ac: false } as const
  for (const access of accesses.filter(({ above, leaf }) => ((above | leaf) & bit.nx) === 0n)) {
    machine.enter({ cpl: 3 })
    mapWith(machine, access)
    const answer = machine.does(access.what, region[paging])
    // Without NX and SMEP the error code does not tell fetches.
    const expected = isAllowed(mode, access) ? 'ok' : `#14(${codeOf(mode, access) & ~16})`
    if (answer !== expected) wrong.push({ ...access, answer, expected })
  }
  expect(wrong).toEqual([])
})
