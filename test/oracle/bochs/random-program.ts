import { modelFeatures } from '../../../src/machine/cpu/table/features.ts'
import type { Row } from '../../../src/machine/cpu/table/row.ts'
import { rows } from '../../../src/machine/cpu/table/rows.ts'
import { encode } from '../encoding.ts'
import { type Form, formsOf, isRecorded } from '../forms.ts'
import { dataAt, stackAt } from '../layout.ts'
import { Random } from '../random.ts'
import { surround } from '../surroundings.ts'
import { gate, gate64, idt, idt64, type Piece, quadwords } from './descriptors.ts'
import { address, selector } from './layout.ts'
import type { Probe } from './probe.ts'
import { type StateName, states } from './states.ts'

/** Each instruction has a slot of its own; a fault goes on with the next slot. */
const slotBytes = 128
/**
 * Where in its slot an instruction begins: a taken branch leads 64 bytes further, into the next slot's
 * NOPs.
 */
const instructionAt = 96
const slots = 96
const maxLoads = 5
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

/** Operands of the vectors' windows, as far as the tables of the ROM know them. */
function windows(state: StateName): readonly Piece[] {
  if (states[state].handlers !== 64) return []
  return [dataAt - 0x1000, dataAt, stackAt - 0x1000].map((at) =>
    quadwords(address.table + 8 * (at >> 12), BigInt(at) | 7n),
  )
}

function gates(state: StateName): readonly Piece[] {
  return Array.from({ length: 32 }, (_, vector) => {
    const offset = address.code + (withCode.has(vector) ? codedHandlerAt : handlerAt)
    const type = 14
    return states[state].handlers === 64
      ? idt64(vector, gate64({ selector: selector.code64, offset, type, count: 1 }))
      : idt(vector, gate({ selector: selector.code32, offset, type }))
  })
}

const hexadecimal = (bytes: Uint8Array) => [...bytes].map((byte) => `0x${byte.toString(16)}`).join(', ')
const names32 = 'eax ecx edx ebx esp ebp esi edi'.split(' ')
const names64 = 'rax rcx rdx rbx rsp rbp rsi rdi r8 r9 r10 r11 r12 r13 r14 r15'.split(' ')

/** Loads of registers, then one instruction of the table. */
function slot(forms: readonly (readonly [Row, Form])[], random: Random, bits: 32 | 64): string {
  for (;;) {
    const [row, form] = random.pick(forms)
    const encoded = encode(row, form, random, row.facts.lock === true && form.isMemory && random.oneIn(6))
    const { instruction, address: operand } = encoded
    const writesStack = !instruction.isMemory && [instruction.rm, instruction.reg].includes(stackRegister)
    const scene = surround(row, form, encoded, random)
    if (!scene || writesStack || operand?.pins.has(stackRegister)) continue
    const special = row.facts.repeat === undefined ? [random.below(bits === 64 ? 16 : 8)] : [1, 6, 7]
    const loaded = [...new Set([...(operand?.pins.keys() ?? []), ...special])].filter(
      (number) => number !== stackRegister,
    )
    if (loaded.length > maxLoads) continue
    const loads = loaded.map((number) => {
      const name = (bits === 64 ? names64 : names32)[number]
      return `mov ${name}, 0x${(scene.registers[number] ?? 0n).toString(16)}`
    })
    return [
      '%%here:',
      ...loads,
      `times ${instructionAt} - ($ - %%here) nop`,
      `db ${hexadecimal(encoded.code)}`,
      `times ${slotBytes} - ($ - %%here) nop`,
    ].join('\n')
  }
}

/** A program of random instructions that runs round and round, in every state of 32-bit and 64-bit code. */
export function randomProgram(seed: string, state: StateName): Probe {
  const random = new Random(seed)
  const bits = states[state].bits === 64 ? 64 : 32
  const forms = rows
    .filter(isUsable)
    .flatMap((row) => formsOf(row).map((form) => [row, form] as const))
    .filter(([, form]) => form.bits === bits && form.stackBits === bits)
  const [sp, back, width] =
    bits === 64 || states[state].handlers === 64 ? ['rsp', 'iretq', 64] : ['esp', 'iretd', 32]
  const word = width === 64 ? 'qword' : 'dword'
  const skip = `or ${word} [${sp}], ${slotBytes - 1}\ninc ${word} [${sp}]\n${back}`
  const body = Array.from({ length: slots }, (_, index) =>
    slot(forms, random, bits).replaceAll('%%here', `.s${index}`),
  )
  const code = [
    `jmp .s0`,
    `times ${handlerAt} - ($ - $$) nop`,
    `bits ${width}`,
    skip,
    `times ${codedHandlerAt} - ($ - $$) nop`,
    `add ${sp}, ${width / 8}`,
    skip,
    `bits ${bits}`,
    `times ${firstSlot} - ($ - $$) nop`,
    ...body,
    'jmp .s0',
  ].join('\n')
  return { name: `${seed} ${state}`, state, code, memory: [...gates(state), ...windows(state)] }
}
