import type { BootPlan } from '../boot/plan.ts'
import type { EngineName } from '../engines/engine.ts'
import { type ErrorCode, KernelTestError } from '../support/errors.ts'

/** What the embedded engine gives a machine at most. */
const embeddedMemoryMiB = 3072

/** `auto`: by what the image and the machine need. */
export type EngineChoice = EngineName | 'auto'

export interface ChosenEngine {
  readonly engine: EngineName
  /** For a person, in one line. */
  readonly note: string
  /** A clause; null for the embedded engine, which needs no reason. */
  readonly because: string | null
}

/** A QEMU that is not there, or of no use. */
const withoutEngine: readonly ErrorCode[] = ['KT3001', 'KT3002', 'KT3003']

/** The same error, with the reason why the engine was wanted: whoever did not ask for it wonders. */
export function tellWhy(error: unknown, because: string | null): unknown {
  const isMissing = error instanceof KernelTestError && withoutEngine.includes(error.code)
  if (because === null || !isMissing) return error
  return new KernelTestError(error.code, `${error.reason}; QEMU was chosen because ${because}`, error.hint)
}

/** The embedded engine, unless the plan needs what only QEMU has. */
export function chooseEngine(plan: BootPlan): ChosenEngine {
  const why = whyQemu(plan)
  return why === null
    ? { engine: 'embedded', note: 'engine: embedded', because: null }
    : { engine: 'qemu', note: `engine: qemu, because ${why}`, because: why }
}

function whyQemu({ machine, cpu, start, media, provenance }: BootPlan): string | null {
  if (start.kind === 'firmware' && start.firmware === 'uefi') return 'the image boots by UEFI'
  if (machine.cpus > 1) return `the machine has ${machine.cpus} CPUs`
  if (provenance.protocol === 'linux') return 'the image is Linux'
  const isOnAhci = machine.shape === 'q35' && media.some(({ kind }) => kind !== 'floppy')
  if (isOnAhci) return 'disks and CDs of a q35 are on AHCI'
  if (machine.memoryMiB > embeddedMemoryMiB) return 'the machine has more than 3 GiB of memory'
  return cpu.model === 'max' ? 'the processor is the model max' : null
}
