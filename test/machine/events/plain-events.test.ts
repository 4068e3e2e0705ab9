import { expect, test } from 'vitest'
import { flagBit } from '../../../src/machine/cpu/register-bits.ts'
import { ramBase, segment, state } from '../../../src/machine/cpu/state-layout.ts'
import type { CpuState } from '../../../src/machine/cpu/system/cpu-state.ts'
import { type ModeName, number } from '../control/processor.ts'
import { BothPaths, numbers } from '../plain-path.ts'

const rounds = 300
const at = { gdt: 0x5000, idt: 0x6000, task: 0x7000, pages: 0xa000, handler: 0x1_2000, stack: 0x3_0000 }
const taskStacks = [0x4_0000, 0x4_1000, 0x4_2000, 0, 0x4_3000, 0x4_4000]
const directory = 0x3000
/** Pages that what is done here looks at. */
const touched = [
  at.gdt,
  at.idt,
  at.task,
  at.handler,
  at.stack - 1,
  at.stack,
  ...taskStacks.map((top) => top - 1),
]
const data = 0x10_0000

type Random = () => bigint
type Change = (cpu: CpuState, next: Random) => void

const below = (next: Random, count: number) => Number(next() % BigInt(count))
const pick = <Item>(next: Random, items: readonly Item[]) => items[below(next, items.length)] as Item

const write = (cpu: CpuState, to: number, value: bigint) =>
  cpu.view.setBigUint64(ramBase + to, BigInt.asUintN(64, value), true)
const read = (cpu: CpuState, from: number) => cpu.view.getBigUint64(ramBase + from, true)
const flip = (cpu: CpuState, where: number, next: Random) =>
  write(cpu, where, read(cpu, where) ^ (1n << (next() % 64n)))

/** Null, code and data of level 0, code and data of level 3, for 64-bit or for 32-bit code. */
const descriptors = (isLong: boolean) =>
  [0, isLong ? 0xaf9b : 0xcf9b, 0xcf93, isLong ? 0xaffb : 0xcffb, 0xcff3].map((bits) =>
    bits === 0 ? 0n : (BigInt(bits >> 8) << 48n) | (BigInt(bits & 0xff) << 40n) | 0xffffn,
  )

/** Descriptors, gates, a task state, pages of 4 KiB, and a handler that comes back. */
function ordinary(cpu: CpuState, next: Random): void {
  descriptors(cpu.isLongMode).forEach((entry, index) => {
    write(cpu, at.gdt + 8 * index, entry)
  })
  cpu.setU64(state.gdtBase, BigInt(at.gdt))
  cpu.setU32(state.gdtLimit, 39)
  cpu.setU64(state.idtBase, BigInt(at.idt))
  cpu.setU32(state.idtLimit, 0xfff)
  for (let index = 0; index < 7; index++) {
    const stack = taskStacks[index === 0 ? 0 : Math.min(index - 1, 5)] ?? 0
    write(cpu, at.task + 4 + 8 * index, BigInt(stack))
  }
  cpu.setSegment(segment.tr, { selector: 0x28, base: BigInt(at.task), limit: 103, rights: 0x8b })
  write(cpu, at.handler, 0xcf48_9090n)
  for (let page = 0; page < 512; page++) write(cpu, at.pages + 8 * page, BigInt(page << 12) | 7n)
  write(cpu, at.pages + 8 * (data >> 12), 0n)
  if (cpu.isPaging) write(cpu, directory, BigInt(at.pages) | 7n)
  cpu.flags = (Number(next() & 0xffff_ffffn) & 0x24_0ed5) | 2
  cpu.setU32(state.pending, 0)
}

const gateAt = (vector: number) => at.idt + 16 * vector

/** A gate of 64-bit code, now and then with a stack of the task state. */
function gate(vector: number): Change {
  return (cpu, next) => {
    const type = pick(next, [0xee, 0xee, 0xef, 0x8e])
    const ist = below(next, 4) === 0 ? 1 + below(next, 2) : 0
    const high = (BigInt(at.handler >> 16) << 48n) | (BigInt(type) << 40n) | (BigInt(ist) << 32n)
    write(cpu, gateAt(vector), high | (8n << 16n) | BigInt(at.handler & 0xffff))
    write(cpu, gateAt(vector) + 8, 0n)
  }
}

/** Flags of an image: TF seldom, RF often. */
function image(next: Random): bigint {
  const flags = next() & 0x27_fed5n & ~BigInt(flagBit.nestedTask | flagBit.trap)
  return flags | 2n | (below(next, 3) === 0 ? BigInt(flagBit.resume) : 0n)
}

const returnLong: Change = (cpu, next) => {
  const isOuter = cpu.cpl === 3 || below(next, 2) === 0
  const stack = isOuter ? 0x23n : pick(next, [0x10n, 0n])
  const frame = [BigInt(at.handler), isOuter ? 0x1bn : 8n, image(next), next() & 0x3_fff8n, stack]
  const top = at.stack - 8 * (5 + below(next, 8))
  cpu.setGeneral(number.rsp, BigInt(top))
  frame.forEach((value, index) => {
    write(cpu, top + 8 * index, value)
  })
}

const returnProtected: Change = (cpu, next) => {
  const top = at.stack - 12 - 4 * below(next, 8)
  cpu.setGeneral(number.rsp, BigInt(top))
  const selector = cpu.cpl === 3 ? 0x1bn : 8n
  write(cpu, top, BigInt(at.handler) | (selector << 32n))
  write(cpu, top + 8, image(next))
}

const stackOfReal: Change = (cpu, next) => {
  cpu.setParagraph(segment.ss, pick(next, [0x3000, 0x2fff, 0x4000]))
  cpu.setGeneral(number.rsp, (next() << 16n) | BigInt(pick(next, [0x8000, 0x8000, 0x1002, 4, 6, 0xfffe])))
}

const interruptReal: Change = (cpu, next) => {
  stackOfReal(cpu, next)
  cpu.setU64(state.idtBase, 0n)
  cpu.setU32(state.idtLimit, pick(next, [0x3ff, 0x3ff, 0x3ff, 0x103, 0x102]))
  write(cpu, 0x100, pick(next, [0x1200_0000n, 0x1000_2000n, 0x1200_fffen, 0x11ff_0010n]))
}

const returnReal: Change = (cpu, next) => {
  stackOfReal(cpu, next)
  const top = Number(cpu.u64(state.segmentBases + 8 * segment.ss) + cpu.general(number.rsp, 2))
  write(cpu, top, (image(next) << 32n) | pick(next, [0x1200_0000n, 0x1000_2000n, 0x11ff_0010n]))
}

const flagOdd = ['trap', 'nestedTask', 'resume', 'alignmentCheck', 'virtualInterrupt'] as const

/** What makes an event one that is not ordinary, or may. */
const odd: readonly Change[] = [
  (cpu, next) => flip(cpu, at.gdt + 8 * (1 + below(next, 4)), next),
  (cpu, next) => flip(cpu, gateAt(pick(next, vectors)) + 8 * below(next, 2), next),
  (cpu, next) => flip(cpu, at.task + 4 + 8 * pick(next, [0, 4, 5]), next),
  (cpu, next) => {
    const entry = at.pages + 8 * (pick(next, touched) >> 12)
    write(cpu, entry, read(cpu, entry) ^ (1n << pick(next, [0n, 1n, 2n, 6n, 63n])))
  },
  (cpu, next) => flip(cpu, Number(cpu.general(number.rsp) & 0x3_fff8n) + 8 * below(next, 5), next),
  (cpu, next) => {
    cpu.flags = cpu.flags | flagBit[pick(next, flagOdd)]
  },
  (cpu, next) => cpu.setU64(state.cr4, cpu.u64(state.cr4) | pick(next, [1n << 20n, 1n << 21n, 3n, 0x80n])),
  (cpu, next) => cpu.setU64(state.cr0, cpu.u64(state.cr0) ^ pick(next, [1n << 16n, 1n << 18n])),
  (cpu) => cpu.setU32(state.pending, 1),
  (cpu) => cpu.setU32(state.nmiBlocked, 1),
  (cpu, next) => cpu.setU32(state.shadow, 1 + below(next, 2)),
  (cpu, next) => cpu.setU64(state.dr7, 0x401n | (next() & 0xf_0000n)),
  (cpu, next) => cpu.setU32(state.gdtLimit, pick(next, [0xe, 0xf, 0x17, 0x1f, 0x26])),
  (cpu, next) => cpu.setU32(state.idtLimit, below(next, 0x500)),
  (cpu, next) => cpu.setU32(state.segmentLimits + 4 * segment.tr, below(next, 0x40)),
  (cpu, next) => cpu.setU64(state.idtBase, BigInt(at.idt + pick(next, [8, 1, -0x800]))),
  (cpu, next) =>
    cpu.setGeneral(number.rsp, cpu.general(number.rsp) + pick(next, [0xff0n, 1n << 47n, 3n, -8n])),
  (cpu, next) => {
    const where = state.segmentRights + 4 * segment.ss
    cpu.setU32(where, cpu.u32(where) ^ (1 << below(next, 17)))
  },
]

const vectors = [0, 3, 6, 13, 14, 0x40] as const

type Case = [name: string, code: string, modes: readonly ModeName[], set: Change]
const long: readonly ModeName[] = ['long64', 'long64u']
const fault = (code: string, vector: number): Case => [`fault ${vector}`, code, long, gate(vector)]

const cases: readonly Case[] = [
  fault(`mov rax, [${data}]`, 14),
  fault(`mov [${data + 8}], eax`, 14),
  fault('ud2', 6),
  fault('xor ecx, ecx; div ecx', 0),
  fault('mov rcx, 1 << 63; mov rax, [rcx]', 13),
  ['INT', 'int 0x40', long, gate(0x40)],
  ['INT3', 'int3', long, gate(3)],
  ['IRETQ', 'iretq', long, returnLong],
  ['IRETD', 'iret', ['prot32', 'prot32u', 'pae32'], returnProtected],
  ['INT', 'int 0x40', ['real'], interruptReal],
  ['IRET', 'iret', ['real'], returnReal],
]

test.each<Case>(cases)('%s (%s) in WebAssembly does what TypeScript says', (_, code, modes, set) => {
  const paths = new BothPaths(false)
  const next = numbers(1n)
  let [plain, delivered] = [0, 0]
  for (let round = 0; round < rounds; round++) {
    const seed = next()
    const changes = Math.max(0, below(next, 5) - 1)
    const setAll = (cpu: CpuState) => {
      const own = numbers(seed)
      ordinary(cpu, own)
      set(cpu, own)
      for (let count = 0; count < changes; count++) pick(own, odd)(cpu, own)
    }
    const mode = pick(next, modes)
    const units = code.split(';').length + below(next, 3)
    const { isPlain, differences } = paths.run({ mode, code, set: setAll, units })
    expect([round, mode, differences]).toEqual([round, mode, []])
    if (changes === 0) delivered++
    if (isPlain) plain++
  }
  // Some that have been made odd are plain all the same.
  expect(plain).toBeGreaterThan(delivered / 3)
})

/** With what is pushed before the flags, in bytes. */
const returns = [
  ['IRETQ', 'iretq', 'long64', returnLong, 16],
  ['IRETD', 'iret', 'prot32', returnProtected, 8],
  ['IRET', 'iret', 'real', returnReal, 4],
] as const

test.each(returns)('%s is as plain while IF keeps an interrupt out', (_, code, mode, set, below) => {
  const paths = new BothPaths(false)
  const next = numbers(1n)
  for (let round = 0; round < 50; round++) {
    const seed = next()
    const run = (flag: number, waiting: number) =>
      paths.run({
        mode,
        code,
        units: 1,
        set: (cpu) => {
          const own = numbers(seed)
          ordinary(cpu, own)
          set(cpu, own)
          cpu.flags &= ~flagBit.interrupt
          const top =
            Number(cpu.u64(state.segmentBases + 8 * segment.ss)) +
            Number(cpu.general(number.rsp, mode === 'real' ? 2 : 8))
          const flags = ramBase + top + below
          const others = cpu.view.getUint16(flags, true) & ~flagBit.interrupt
          cpu.view.setUint16(flags, others | flag, true)
          cpu.setU32(state.pending, waiting)
        },
      })
    const quiet = run(0, 0)
    expect([round, run(0, 1)]).toEqual([round, quiet])
    expect([round, quiet.differences]).toEqual([round, []])
    expect(run(flagBit.interrupt, 1)).toMatchObject({ isPlain: false, differences: [] })
  }
})
