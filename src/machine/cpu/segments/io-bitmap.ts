import { rights, segment } from '../state-layout.ts'
import { GuestFault } from '../system/guest-fault.ts'
import type { Processor } from '../system/processor.ts'
import { vector } from '../vector.ts'
import { systemType, typeOf } from './descriptor.ts'

/** A 32-bit or 64-bit task state up to and with the offset of its I/O map base. */
const smallestLimit = 0x67
const mapBase = 0x66n

/**
 * The I/O permission bitmap, for code that IOPL does not let through, and virtual-8086 mode. Two bytes of
 * it are read always, and both have to be within the task state (SDM volume 1, 19.5.2).
 * @throws GuestFault #GP(0) where it refuses one of the ports, #PF
 */
export function portAllowed(cpu: Processor, port: number, bytes: number): void {
  const { base, limit, rights: allowed } = cpu.state.segment(segment.tr)
  if (!isWideTask(allowed) || limit < smallestLimit) throw new GuestFault(vector.generalProtection)
  const map = cpu.memory.readNumber(base + mapBase, 2, 'system')
  const offset = map + (port >> 3)
  if (offset + 1 > limit) throw new GuestFault(vector.generalProtection)
  const bits = cpu.memory.readNumber(base + BigInt(offset), 2, 'system') >> (port & 7)
  if (bits & ((1 << bytes) - 1)) throw new GuestFault(vector.generalProtection)
}

function isWideTask(allowed: number): boolean {
  const type = typeOf(allowed)
  if ((allowed & rights.unusable) !== 0) return false
  return type === systemType.task32 || type === systemType.busyTask32
}
