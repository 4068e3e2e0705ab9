import { type Instruction, none } from './decode/instruction.ts'
import { absolute, type Handlers, microOp } from './micro-op.ts'
import { layoutOf, registerField } from './row-layout.ts'
import { pageBytes, state } from './state-layout.ts'

const segment = { cs: 1, ss: 2, ds: 3, fs: 4, gs: 5 }

/** Whether the interpreter's fast handlers can form this address in their mode. */
export function isPlainAddress(instruction: Instruction, long: boolean): boolean {
  if (!instruction.isMemory) return true
  const { isAbsolute, isAddressOnly } = layoutOf(instruction.row)
  if (isAbsolute && !fitsDisplacement(instruction)) return false
  if (instruction.addressBytes !== (long ? 8 : 4)) return false
  // Flat code cannot be written, and perhaps not read, by way of CS.
  if (instruction.segment === segment.cs && !long) return isAddressOnly
  if (instruction.segment < segment.fs) return true
  // LEA has no use for a segment.
  return instruction.index === none && !isAddressOnly
}

/**
 * Whether the offset of A0 to A3 is as good as a displacement with neither base nor index: all but those of
 * 64 bits are.
 */
function fitsDisplacement({ addressBytes, immediateLow, immediateHigh }: Instruction): boolean {
  return addressBytes !== 8 || immediateHigh === immediateLow >> 31
}

/**
 * Writes `instruction`, which begins at `offset` of its page, to `to`: four bytes at a time, this is most of
 * what decoding costs. `isSegmented`: handlers look at segments themselves.
 */
export function writeMicroOp(
  view: DataView,
  to: number,
  instruction: Instruction,
  offset: number,
  { fast, slow }: Handlers,
  isSegmented: boolean,
): void {
  const layout = layoutOf(instruction.row)
  const { fields, isBranch, isFarPointer } = layout
  const { base, index, ripRelative, length, isMemory, operandBytes, immediateHigh } = instruction
  const [first, second, third] = [fields[0], fields[1], fields[2]]
  const isOffset = layout.isAbsolute && fitsDisplacement(instruction)
  const displacement = isOffset ? instruction.immediateLow : instruction.displacement
  const relative = displacement + (ripRelative ? offset + length : 0)
  const tooFar = relative > 0x7fff_ffff
  const baseField = base === none ? (ripRelative ? state.page : state.zero) : base * 8
  const indexField = tooFar
    ? state.onePage
    : index === none
      ? noIndex(instruction, fast !== 0 && !isSegmented)
      : index * 8
  const scale = layout.isAbsolute && !isOffset ? absolute : instruction.scale
  const shapes = isMemory ? layout.memoryShapes : layout.shapes
  const registers =
    registerField(first, instruction) |
    (registerField(second, instruction) << 8) |
    (registerField(third, instruction) << 16)
  const segmentField = segmentOf(instruction)
  view.setInt32(to + microOp.handler, fast | (slow << 16), true)
  view.setInt32(to + microOp.registers, registers | (baseField << 24), true)
  view.setInt32(to + microOp.index, indexField | (scale << 8) | (length << 16) | (segmentField << 24), true)
  view.setInt32(to + microOp.at, offset | (instruction.addressBytes << 16) | (shapes << 24), true)
  const low = layout.isX87 ? x87Opcode(instruction) : instruction.immediateLow
  view.setInt32(to + microOp.immediate, low, true)
  view.setInt32(to + microOp.immediate + 4, isFarPointer ? instruction.selector : immediateHigh, true)
  view.setInt32(to + microOp.displacement, tooFar ? relative - pageBytes : relative, true)
  view.setInt32(to + microOp.link, isBranch ? 0 : (instruction.row?.id ?? 0) | (operandBytes << 16), true)
}

/** FS and GS are added where an index would be: so fast handlers of flat modes form such addresses too. */
function noIndex({ segment: override }: Instruction, isFlat: boolean): number {
  return isFlat && override >= segment.fs ? state.segmentBases + 8 * override : state.zero
}

/** Eleven bits: what D8 to DF do not have in common, and ModRM (SDM volume 1, 8.1.9). */
function x87Opcode({ opcode, modrm }: Instruction): number {
  return ((opcode & 7) << 8) | modrm
}

function segmentOf({ segment: override, base }: Instruction): number {
  if (override !== none) return override
  return base === 4 || base === 5 ? segment.ss : segment.ds
}
