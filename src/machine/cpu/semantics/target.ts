import type { FloatFunctions } from '../float/float-functions.ts'
import type { HardwareName } from '../float/hardware.ts'
import type { Width } from '../float/host-numbers.ts'
import type { FloatingUnit } from '../table/row.ts'
import type { VectorFunctions } from '../vectors/vector-functions.ts'
import type { Expression, Operand } from '../wasm/expression.ts'
import type { FunctionBuilder, Local } from '../wasm/function-builder.ts'

/** How a memory operand will be used: writing places are translated for writing before anything is read. */
export type Access = 'r' | 'w' | 'rw'

/** An operand that has been checked: reading and writing it cannot fault. */
export interface Place {
  readonly bytes: number
  /** What the target needs to find it again. */
  readonly where: unknown
}

/** A checked branch target. */
export interface Destination {
  readonly where: unknown
  /** Taken only where this holds, or always. */
  readonly when: Expression | null
}

/**
 * Whose access it is, in a plain case: the CPU's own, which only reads; the code's, which reads its stack; or
 * a write with the rights of a privilege level.
 */
export type SpanAccess = 'system' | 'stack' | { readonly level: Expression }

/** What of CS has been loaded: nothing that matters, a paragraph, or all. */
export type CodeReload = 'none' | 'paragraph' | 'all'

/** Bytes of RAM in one page that have been checked: their address in the machine's memory. */
export interface Span {
  readonly address: Local
}

/** `sp` and `bp` are as wide as the stack is, the others as the address size says. */
export type Pointer = 'si' | 'di' | 'cx' | 'bx' | 'sp' | 'bp'
export type SegmentName = 'es' | 'ss' | 'source'
export type FlagSlot = 'flagSign' | 'flagZero' | 'flagCarries'

/** Functions of the core that system instructions have to do with; none of them faults. */
export type CoreFunction = 'selectBank' | 'flushTlb' | 'invalidatePage'

/** One operand as the variant at hand has it. */
export interface OperandShape {
  readonly shape: 'register' | 'memory' | 'immediate'
  readonly bytes: number
  /** Where registers of its kind begin, see `registerFile`; 0 for the general ones. */
  readonly file: number
  /** It is a vector register in each form of the row. */
  readonly isVector: boolean
}

/** What a handler is made for: everything that is the same in all micro-ops which share it. */
export interface Variant {
  readonly bytes: number
  readonly operands: readonly OperandShape[]
  /** Low four bits of the opcode where they are a condition. */
  readonly condition: number
  readonly repeat: 0 | 0xf2 | 0xf3
  /** Memory operands that are not aligned to their size raise #GP(0). */
  readonly aligned: boolean
  readonly unit: FloatingUnit | null
}

/**
 * Where a semantic is lowered to: fast handler, slow handler, or region. `Operations` calls phase 1 before
 * phase 2; only methods of phase 1 may leave the handler.
 */
export interface Target {
  readonly f: FunctionBuilder
  readonly float: FloatFunctions
  readonly vectors: VectorFunctions

  // Phase 1: resolve and compute.
  /** `popped`: bytes that rSP counts as moved by already, when the address is made of it (POP). */
  operand(index: number, bytes: number, access: Access, popped: number): Place
  /** Whether the operand is memory: not known before it runs where one function has all shapes. */
  isMemory(index: number): Expression
  /**
   * What comes before everything else: #UD and #NM of a unit that CR0 and CR4 keep from use; then a pending
   * exception of x87, as #MF or as an interrupt.
   */
  requireUnit(unit: FloatingUnit): void
  /**
   * Where `unmasked` holds: `flags` join MXCSR, which keeps them, `keep` writes what else outlives the fault,
   * and #XM is raised, or #UD (CR4.OSXMMEXCPT).
   */
  numericFault(unmasked: Expression, flags: Expression, keep: () => void): void
  /** An operation of SSE by the host's floating-point unit, where that can: bits and exception flags. */
  hardware(
    width: Width,
    name: HardwareName,
    mxcsr: Local,
    operands: readonly Local[],
  ): readonly [bits: Local, flags: Expression]
  /** Ten bytes of memory. */
  readExtended(place: Place): readonly [low: Expression, high: Expression]
  /** Memory at `distance` behind where the operand begins; of a register, the register itself. */
  operandAt(index: number, distance: Expression, bytes: number, access: Access): Place
  /** A register that the instruction implies; of 16 bytes: XMM0 to XMM15. */
  register(number: number, bytes: number): Place
  at(segment: SegmentName, address: Expression, bytes: number, access: Access): Place
  effectiveAddress(): Expression
  linearAddress(): Expression
  /** An offset, as wide as the address size. */
  wrapped(offset: Expression): Expression
  immediate(index: number): Expression
  read(place: Place): Expression
  readPointer(pointer: Pointer): Expression
  readFlags(slot: FlagSlot): Expression
  systemFlags(): Expression
  /** The address behind this instruction. */
  nextAddress(): Expression
  /** A branch to next address + immediate, of which an operand of 2 bytes leaves 16 bits. */
  relative(when: Expression | null, bytes: number): Destination
  near(address: Expression, when: Expression | null): Destination
  fault(when: Expression, vector: number, code: number): void
  /** #GP(0) unless ports may be used. */
  checkPort(port: Expression, bytes: number): void
  /** Whether it is plain RAM or a register: reading it once more has no effect outside. */
  isPlain(place: Place): Expression
  /** The register field of an operand, as the micro-op has it. */
  operandNumber(index: number): Expression
  /** A field of the state; only slow handlers of system instructions have to do with any. */
  readState(at: number | Expression, type: 'i32' | 'i64'): Expression
  /** Leaves the instruction to TypeScript. */
  leaveUnless(plain: Expression): void
  /** Bytes of RAM in one page; everything else is left to TypeScript. */
  span(linear: Expression, bytes: Expression | number, access: SpanAccess): Span
  /** Unsigned 128 by 64 bits, which must not overflow: quotient and remainder. */
  divide(high: Expression, low: Expression, divisor: Expression): readonly [Expression, Expression]
  /** Ends the instruction with nothing done, but that `cut` are written as wide as they have been read. */
  completeWhen(when: Expression, cut: readonly Pointer[]): void

  // Phase 2: commit.
  write(place: Place, value: Expression): void
  /** Ten bytes of memory. */
  writeExtended(place: Place, low: Expression, high: Expression): void
  /** x87 remembers where this instruction is, its opcode, and its operand if that is memory. */
  noteX87(): void
  /** Bytes of a vector, where bits of an i32 are set. */
  writeMasked(place: Place, mask: Expression, value: Expression): void
  writePointer(pointer: Pointer, value: Expression): void
  writeFlags(slot: FlagSlot, value: Expression): void
  writeSystemFlags(value: Expression): void
  writeState(at: number | Expression, type: 'i32' | 'i64', value: Expression): void
  /** The next instruction is fetched again. */
  refetch(): void
  run(name: CoreFunction, operands: readonly Operand[]): void
  /** CPL, and what the core derives from it and from flags that have been written. */
  writePrivilege(level: Expression | 0 | 3): void
  /** To be called before stores to a span. */
  noteSpan(span: Span, bytes: Expression | number): void
  /** Goes on at an offset in CS. `resumes`: RF has been set for the instruction there. */
  leap(target: Expression, reload: CodeReload, resumes: Expression | null): void
  /** Goes through the IDT; leaves the whole to TypeScript where that is not plain. */
  interrupt(vector: Expression): void
  /** Segments have changed: goes on in other code behind this instruction where that follows from it. */
  reload(): void
  goto(destination: Destination): void
  portRead(port: Expression, bytes: number): Expression
  portWrite(port: Expression, value: Expression, bytes: number): void
  /** Tells the machine that the processor takes its time. */
  pause(): void
  /** Waits for an interrupt, behind this instruction. */
  halt(): void
  /** The same instruction again, which is what a repeated one does between iterations. */
  again(when: Expression): void
  /** Goes on behind the instruction. */
  finish(): void
}
