import { modelFeatures } from '../../../src/machine/cpu/table/features.ts'
import type { Row } from '../../../src/machine/cpu/table/row.ts'
import { rows } from '../../../src/machine/cpu/table/rows.ts'
import { encode } from '../encoding.ts'
import { type Form, formsOf, isRecorded } from '../forms.ts'
import { dataAt, stackAt, takenOffset } from '../layout.ts'
import { Random } from '../random.ts'
import { surround } from '../surroundings.ts'
import { doublewords, gate, gate64, idt, idt64, type Piece, quadwords } from './descriptors.ts'
import { address, selector } from './layout.ts'
import type { Probe } from './probe.ts'
import { randomCalls } from './random-calls.ts'
import { type StateName, states } from './states.ts'

/** Each instruction has a slot of its own; a fault goes on with the next slot. */
const slotBytes = 128
/** Where in its slot an instruction begins, and where loads of registers do: a taken branch leads there. */
const instructionAt = 96
const loadsAt = (instructionAt + takenOffset) % slotBytes
const slots = 256
const maxLoads = 5
/** Of CR4. */
const pae = 0x20
/** Frames of the windows lie here, or one to one. */
const moved = 0x10_0000
/** Handlers, without and with an error code, stand before the slots. */
const handlerAt = 0x10
const codedHandlerAt = 0x20
const firstSlot = 0x80
const withCode = new Set([8, 10, 11, 12, 13, 14, 17])

/** They leave the slots, or change what the handlers stand on. */
const notHere = new Set('JMP CALL RET LEAVE ENTER POPA'.split(' '))
const stackRegister = 4

function isUsable(row: Row): boolean {
  const { cpuid } = row.facts
  return isRecorded(row) && !notHere.has(row.mnemonic) && (!cpuid || modelFeatures.has(cpuid))
}

const pageBytes = 0x1000
/** What the page before the data may be: there, read-only, of the system, or not there at all. */
const leaves = [7n, 7n, 7n, 5n, 3n, 0n]

/** Operands of the vectors' windows, where there is paging: other frames than one to one. */
function windows(state: StateName, random: Random): readonly Piece[] {
  const { cr3, cr4 } = states[state]
  if (cr3 === 0) return []
  const isNarrow = (cr4 & pae) === 0
  return [dataAt - pageBytes, dataAt, stackAt - pageBytes].map((linear, index) => {
    const frame = BigInt(linear + (random.oneIn(2) ? moved : 0))
    const leaf = frame | (index === 0 ? random.pick(leaves) : 7n)
    const number = linear / pageBytes
    return isNarrow
      ? doublewords(address.legacy_table + 4 * number, Number(leaf))
      : quadwords(address.table + 8 * number, leaf)
  })
}

function gates(state: StateName): readonly Piece[] {
  const { handlers } = states[state]
  if (handlers === 16) {
    const pointer = ((address.code >> 4) << 16) | handlerAt
    return [doublewords(0, ...Array.from({ length: 32 }, () => pointer))]
  }
  return Array.from({ length: 32 }, (_, vector) => {
    const offset = address.code + (withCode.has(vector) ? codedHandlerAt : handlerAt)
    const type = 14
    return handlers === 64
      ? idt64(vector, gate64({ selector: selector.code64, offset, type, count: 1 }))
      : idt(vector, gate({ selector: selector.code32, offset, type }))
  })
}

const hexadecimal = (bytes: Uint8Array) => [...bytes].map((byte) => `0x${byte.toString(16)}`).join(', ')
const names32 = 'eax ecx edx ebx esp ebp esi edi'.split(' ')
const names64 = 'rax rcx rdx rbx rsp rbp rsi rdi r8 r9 r10 r11 r12 r13 r14 r15'.split(' ')

const endOfSlot = ['jmp short %%end', `times ${slotBytes} - ($ - %%here) nop`, '%%end:']

/** Loads of registers, then one instruction of the table. */
function slot(
  forms: readonly (readonly [Row, Form])[],
  random: Random,
  bits: 16 | 32 | 64,
  start: readonly string[],
): string {
  for (;;) {
    const [row, form] = random.pick(forms)
    const encoded = encode(row, form, random, row.facts.lock === true && form.isMemory && random.oneIn(6))
    const { instruction, address: operand } = encoded
    const writesStack = !instruction.isMemory && [instruction.rm, instruction.reg].includes(stackRegister)
    const scene = surround(row, form, encoded, random)
    if (!scene || writesStack || operand?.pins.has(stackRegister)) continue
    // Bochs leaves RCX alone, see docs/quirks.md.
    const isShort = row.facts.repeat && bits === 64 && instruction.addressBytes === 4
    if (isShort && BigInt.asUintN(32, scene.registers[1] ?? 0n) === 0n) continue
    const any = random.below(bits === 64 ? 16 : 8)
    // Bits of memory may lie anywhere else.
    const special = row.facts.repeat ? [1, 6, 7] : [row.mnemonic.startsWith('BT') ? instruction.reg : any]
    const loaded = [...new Set([...(operand?.pins.keys() ?? []), ...special])].filter(
      (number) => number !== stackRegister,
    )
    if (loaded.length > maxLoads) continue
    const loads = loaded.map((number) => {
      const name = (bits === 64 ? names64 : names32)[number]
      return `mov ${name}, 0x${(scene.registers[number] ?? 0n).toString(16)}`
    })
    return [
      ...start,
      'jmp short %%loads',
      `times ${loadsAt} - ($ - %%here) nop`,
      '%%loads:',
      ...loads,
      'jmp short %%instruction',
      `times ${instructionAt} - ($ - %%here) nop`,
      '%%instruction:',
      `db ${hexadecimal(encoded.code)}`,
      ...endOfSlot,
    ].join('\n')
  }
}

/** Calls or strings, in a slot of their own. */
function callSlot(random: Random, bits: 16 | 32 | 64, start: readonly string[]): string {
  return [...start, randomCalls(random, bits), ...endOfSlot].join('\n')
}

/** Goes on with the slot behind the one that faulted. */
function handlers(width: 16 | 32 | 64): readonly string[] {
  const next = (word: string, at: string) => [`or ${word} [${at}], ${slotBytes - 1}`, `inc ${word} [${at}]`]
  if (width === 16) {
    return ['bits 16', 'push bp', 'mov bp, sp', ...next('word', 'bp + 2'), 'pop bp', 'iret']
  }
  const [word, sp, back] = width === 64 ? ['qword', 'rsp', 'iretq'] : ['dword', 'esp', 'iretd']
  const skip = [...next(word, sp), back]
  const pad = (at: number) => `times ${at} - ($ - $$) nop`
  return [`bits ${width}`, ...skip, pad(codedHandlerAt), `add ${sp}, ${width / 8}`, ...skip]
}

/** A program of random instructions that runs round and round, in every state. */
export function randomProgram(seed: string, state: StateName): Probe {
  const random = new Random(seed)
  const { bits, handlers: width, sp } = states[state]
  const forms = rows
    .filter(isUsable)
    .flatMap((row) => formsOf(row).map((form) => [row, form] as const))
    .filter(([, form]) => form.bits === bits && form.stackBits === bits)
  // A stack that has lost its way would leave handlers of privilege level 0 nowhere to be.
  const start = ['%%here:', `mov ${bits === 16 ? 'sp' : 'esp'}, 0x${(sp - 0x80).toString(16)}`]
  const body = Array.from({ length: slots }, (_, index) =>
    (random.oneIn(5) ? callSlot(random, bits, start) : slot(forms, random, bits, start))
      .replaceAll('%%here', `.s${index}`)
      .replaceAll('%%', `.s${index}_`),
  )
  const code = [
    `jmp .s0`,
    `times ${handlerAt} - ($ - $$) nop`,
    ...handlers(width),
    `bits ${bits}`,
    `times ${firstSlot} - ($ - $$) nop`,
    ...body,
    'jmp .s0',
  ].join('\n')
  return { name: `${seed} ${state}`, state, code, memory: [...gates(state), ...windows(state, random)] }
}
