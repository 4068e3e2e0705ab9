import { type Bits, Decoder } from '../../machine/cpu/decode/decoder.ts'
import { rights, segment } from '../../machine/cpu/state-layout.ts'
import type { Machine, MachineStop } from '../../machine/machine.ts'
import { type EndingCause, type FaultRecord, statusOfExitValue } from '../../observe/ending.ts'
import { KernelTestError } from '../../support/errors.ts'
import { hex } from '../../support/hex.ts'
import { physicalOf } from './memory.ts'
import { readPaging } from './registers.ts'

/** How the run is over, after a stop that ends it; null after any other. */
export function endingOf(stop: MachineStop, machine: Machine, exitPort: number): EndingCause | null {
  switch (stop.kind) {
    case 'exit':
      return { kind: 'exit', port: exitPort, value: stop.value, status: statusOfExitValue(stop.value) }
    case 'reset':
      return { kind: 'reset', by: stop.by }
    case 'powerOff':
      return { kind: 'shutdown', by: stop.by }
    case 'absent':
      return notYet(`does not run ${instructionAt(machine)} yet`)
    case 'tripleFault':
      return { kind: 'tripleFault', rip: machine.state.rip, chain: withInstruction(stop.chain, machine) }
    case 'budget':
    case 'exception':
    case 'halted':
    case 'requested':
    case 'address':
      return null
  }
}

/** The host's failure, which has a code, or our own mistake: the machine cannot be used any more. */
export function failureOf(error: unknown): EndingCause {
  if (error instanceof KernelTestError) {
    return { kind: 'engineError', code: error.code, detail: error.reason }
  }
  const reason = error instanceof Error ? error.message : String(error)
  return { kind: 'engineError', code: 'KT3031', detail: `the embedded engine failed: ${reason}` }
}

function notYet(what: string): EndingCause {
  return { kind: 'engineError', code: 'KT3030', detail: `the embedded engine ${what}` }
}

const intOpcode = 0xcd

/** The first fault may be what an INT instruction asked for, and not the exception of that number. */
function withInstruction(chain: readonly FaultRecord[], machine: Machine): readonly FaultRecord[] {
  const [first, ...rest] = chain
  if (!first || first.errorCode !== null || first.rip !== machine.state.rip) return chain
  const [opcode, vector] = bytesFrom(machine, machine.linearRip)
  if (opcode !== intOpcode || vector !== first.vector) return chain
  return [{ ...first, isSoftware: true }, ...rest]
}

const longestInstruction = 15
/** Of an instruction that the table does not know, and whose length it does not. */
const shownBytes = 8
const pageBytes = 4096n

/** `MOVAPS (0f 28 c1) at 0x100000` */
function instructionAt(machine: Machine): string {
  const linear = machine.linearRip
  const code = bytesFrom(machine, linear)
  const { row, length } = new Decoder(codeBits(machine)).decode(code, 0, code.length)
  const shown = code.subarray(0, row ? length : shownBytes)
  const bytes = Array.from(shown, (byte) => byte.toString(16).padStart(2, '0')).join(' ')
  return `${row?.mnemonic ?? 'the instruction'} (${bytes}) at ${hex(linear)}`
}

function bytesFrom(machine: Machine, linear: bigint): Uint8Array {
  const registers = readPaging(machine)
  const bytes: number[] = []
  for (let at = linear; bytes.length < longestInstruction; ) {
    const physical = physicalOf(machine, at, registers)
    const inPage = Number(pageBytes - (at % pageBytes))
    const count = Math.min(inPage, longestInstruction - bytes.length)
    const piece = physical === null ? null : machine.memory.peek(physical, count)
    if (piece === null) break
    bytes.push(...piece)
    at += BigInt(count)
  }
  return Uint8Array.from(bytes)
}

function codeBits({ state }: Machine): Bits {
  if (state.is64Bit) return 64
  return state.segment(segment.cs).rights & rights.big ? 32 : 16
}
