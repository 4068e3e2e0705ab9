import type { PortSpace } from '../../bus/port-space.ts'
import type { Clock } from '../../clock.ts'
import type { Drive } from '../../media/drive.ts'
import type { MemoryRange } from '../tables/memory-map.ts'
import type { PciRouting } from '../tables/pci-routing.ts'
import type { DataArea } from './data-area.ts'
import type { Frame } from './frame.ts'
import type { LinearMemory } from './processor-port.ts'

/** What services take, in ticks. */
export interface BiosCharges {
  /** A call of any. */
  readonly call: number
  /** A transfer of a disk, besides its bytes. */
  readonly seek: number
  /** A byte of a transfer. */
  readonly byte: number
  /** A look for a key by who does nothing else, unless an event of a device comes before. */
  readonly idleLook: number
}

/** What services work with besides their frame. */
export interface Platform {
  readonly data: DataArea
  readonly memory: LinearMemory
  /** What INT 15h E820 tells. */
  readonly memoryMap: readonly MemoryRange[]
  /** What INT 1Ah B10Eh tells. */
  readonly routing: PciRouting
  readonly ports: Pick<PortSpace, 'read' | 'write'>
  readonly clock: Pick<Clock, 'now'>
  /** Lets time pass: what the service takes beside the call itself. */
  readonly charge: (ticks: number) => void
  readonly charges: BiosCharges
  /** By their numbers. */
  readonly drives: ReadonlyMap<number, Drive>
  /** Ids of the drives whose media were changed, and have not been used since. */
  readonly changed: Set<string>
  /** Ids of drives that are open: what lies in them is not there. */
  readonly opened: Set<string>
  /** Opens the drive of a number, as far as it is more than this BIOS's own. */
  readonly open: (drive: number) => void
  /** Numbers of drives, first tried first. */
  readonly bootOrder: readonly number[]
}

/**
 * What becomes of a call: it returns, with `noKey` from a look for a key in vain; or it is repeated, with
 * `frame.isRepeated`, at a tick of the clock, or whenever the processor has been interrupted, by a key
 * perhaps. Meanwhile interrupts are served and time passes.
 */
export type Outcome = 'done' | 'noKey' | Again | 'awaitsKey' | 'idle'

export interface Again {
  readonly againAt: number
  /** What `frame.memo` will be. */
  readonly memo?: number
}

/** One interrupt, or one function of it: Ralf Brown's Interrupt List says what each takes and answers. */
export type Service = (frame: Frame, platform: Platform) => Outcome

/** A service that is a table of functions by AH. */
export function byFunction(functions: ReadonlyMap<number, Service>, unknown: Service): Service {
  return (frame, platform) => (functions.get(frame.regs.ah) ?? unknown)(frame, platform)
}
