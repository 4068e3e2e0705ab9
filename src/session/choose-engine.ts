import type { BootPlan } from '../boot/plan.ts'
import type { EngineName } from '../engines/engine.ts'

/** What the embedded engine gives a machine at most. */
const embeddedMemoryMiB = 3072

/** `auto`: by what the image and the machine need. */
export type EngineChoice = EngineName | 'auto'

interface ChosenEngine {
  readonly engine: EngineName
  /** For a person, in one line. */
  readonly note: string
}

/** The embedded engine, unless the plan needs what only QEMU has. */
export function chooseEngine(plan: BootPlan): ChosenEngine {
  const why = whyQemu(plan)
  return why === null
    ? { engine: 'embedded', note: 'engine: embedded' }
    : { engine: 'qemu', note: `engine: qemu, because ${why}` }
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
