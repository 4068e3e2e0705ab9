import { state } from '../state-layout.ts'
import type { CpuState } from '../system/cpu-state.ts'
import type { Operation } from '../system/operation.ts'
import type { Outcome, Processor } from '../system/processor.ts'
import { type Range, StateArea } from '../system/state-area.ts'
import type { SystemInstructions } from '../system/system-instruction.ts'
import { protect } from './faults.ts'
import {
  checkMxcsr,
  initializeX87,
  isInitialX87,
  isInitialXmm,
  legacyArea,
  loadMxcsr,
  loadX87,
  loadXmm,
  storeLegacy,
  xmmEnd,
} from './legacy-area.ts'
import { extendedArea, xcr0Bit } from './model.ts'

const alignment = 64

/** XSTATE_BV, XCOMP_BV, and 8 bytes that XRSTOR wants to be 0. */
const header = { present: 512, compaction: 520, reserved: 528, end: 536 } as const

/**
 * XSAVE, XSAVEOPT and XRSTOR, of the standard form (SDM volume 1, 13.7 to 13.9). Whether a component is in
 * its initial state is found by looking at it. XSAVEOPT leaves those out, and never one that only was not
 * modified.
 */
export const extendedSaves: SystemInstructions = {
  XSAVE: (processor, operation) => save(processor, operation, 'all'),
  XSAVEOPT: (processor, operation) => save(processor, operation, 'in use'),
  XRSTOR: (processor, operation) => {
    const { state: cpu, tlb } = processor
    const area = new StateArea(processor, operation, alignment)
    const wanted = requested(cpu)
    const image = new DataView(new ArrayBuffer(bytesFor(wanted)))
    area.read(image, [[header.present, header.end]])
    const restored = wanted & presentIn(image, cpu)
    initializeX87(image)
    area.read(image, rangesOf(cpu, restored, wanted))
    if (wanted & xcr0Bit.sse) checkMxcsr(image)
    if (wanted & xcr0Bit.x87) loadX87(cpu, image, operation.bytes === 8)
    if (wanted & xcr0Bit.sse) {
      loadXmm(cpu, image)
      loadMxcsr(cpu, image)
    }
    if (wanted & xcr0Bit.pkru) {
      cpu.setU64(state.pkru, BigInt(image.getUint32(extendedArea.pkru.offset, true)))
      tlb.recheck()
    }
    return 'next'
  },
}

function save(processor: Processor, operation: Operation, which: 'all' | 'in use'): Outcome {
  const { state: cpu } = processor
  const area = new StateArea(processor, operation, alignment)
  const wanted = requested(cpu)
  const image = new DataView(new ArrayBuffer(bytesFor(wanted)))
  area.read(image, [[header.present, header.compaction]])
  storeLegacy(cpu, image, operation.bytes === 8)
  if (wanted & xcr0Bit.pkru) image.setBigUint64(extendedArea.pkru.offset, cpu.u64(state.pkru), true)
  const inUse = wanted & componentsInUse(cpu, image)
  const others = image.getBigUint64(header.present, true) & ~BigInt(wanted)
  image.setBigUint64(header.present, others | BigInt(inUse), true)
  const ranges = rangesOf(cpu, which === 'all' ? wanted : inUse, wanted)
  area.write(image, [...ranges, [header.present, header.compaction]])
  return 'next'
}

/** EDX:EAX, as far as XCR0 has it. */
function requested(cpu: CpuState): number {
  return cpu.u32(state.xcr0) & Number(cpu.general(0, 4))
}

function bytesFor(components: number): number {
  const { offset, bytes } = extendedArea.pkru
  return components & xcr0Bit.pkru ? offset + bytes : header.end
}

/** XSTATE_BV, after the checks of the header. A compacted area is none that this processor knows. */
function presentIn(image: DataView, cpu: CpuState): number {
  const present = image.getBigUint64(header.present, true)
  protect((present & ~cpu.u64(state.xcr0)) !== 0n)
  const { compaction, reserved } = header
  protect(image.getBigUint64(compaction, true) !== 0n || image.getBigUint64(reserved, true) !== 0n)
  return Number(present)
}

function componentsInUse(cpu: CpuState, image: DataView): number {
  return (
    (isInitialX87(image) ? 0 : xcr0Bit.x87) |
    (isInitialXmm(cpu, image) ? 0 : xcr0Bit.sse) |
    (cpu.u64(state.pkru) === 0n ? 0 : xcr0Bit.pkru)
  )
}

/** Where components stand in the area. MXCSR goes by what was asked for, whatever else is left out. */
function rangesOf(cpu: CpuState, components: number, wanted: number): readonly Range[] {
  const { x87, mxcsr, registers, xmm } = legacyArea
  const { offset, bytes } = extendedArea.pkru
  const hasX87 = (components & xcr0Bit.x87) !== 0
  const parts: readonly (readonly [boolean, ...Range])[] = [
    [hasX87, x87, mxcsr],
    [(wanted & xcr0Bit.sse) !== 0, mxcsr, registers],
    [hasX87, registers, xmm],
    [(components & xcr0Bit.sse) !== 0, xmm, xmmEnd(cpu)],
    [(components & xcr0Bit.pkru) !== 0, offset, offset + bytes],
  ]
  return parts.flatMap(([is, from, to]): Range[] => (is ? [[from, to]] : []))
}
