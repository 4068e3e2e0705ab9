import type { BootPlan } from '../boot/plan.ts'
import type { StopWhen } from '../observe/condition.ts'
import type { EventSink } from '../observe/event.ts'
import type { InputEvent } from '../observe/input.ts'
import type { Instant } from '../observe/instant.ts'
import type { BadSectors, MediumState } from '../observe/medium-state.ts'
import type { Recording } from '../observe/recording.ts'
import type { Registers } from '../observe/registers.ts'
import type { GraphicsScreen, Screen } from '../observe/screen.ts'
import type { Stop } from '../observe/stop.ts'
import type { TimelineEvent } from '../observe/timeline.ts'

export type EngineName = 'embedded' | 'qemu'

/** Something that can turn a plan into a running PC. */
export interface Engine {
  readonly name: EngineName
  /** Says whether the engine works here. Never throws: what is missing is in the report. */
  probe(): Promise<EngineReport>
  /**
   * A machine with its plan loaded, powered on and standing at its first instruction.
   * @throws KernelTestError KT3xxx when the engine is absent or refuses the plan.
   */
  open(plan: BootPlan, sink: EventSink, signal: AbortSignal): Promise<Machine>
}

export interface EngineReport {
  readonly name: EngineName
  readonly usable: boolean
  readonly version: string | null
  readonly path: string | null
  readonly capabilities: readonly Capability[]
  /** What is missing, and a sentence of what to do. */
  readonly missing: readonly { readonly what: string; readonly hint: string }[]
}

/** What not every engine can do. */
export type Capability =
  | 'snapshot'
  | 'instructionCount'
  | 'keyWait'
  | 'exceptionLog'
  | 'diskContents'
  | 'timeline'

/** One PC. Guest time passes only inside `run`; between two calls the machine stands still. */
export interface Machine {
  readonly capabilities: ReadonlySet<Capability>
  /**
   * Runs until a condition holds, the run ends, or the deadline. After an end it answers that end again at
   * once.
   */
  run(until: StopWhen): Promise<Stop>
  now(): Promise<Instant>
  /** `cpu` counts from 0. */
  registers(cpu?: number): Promise<Registers>
  /**
   * Memory as `cpu` 0 sees it, without side effects. `physical` or `linear` (through the current page
   * tables).
   * @throws KernelTestError KT3011 when part of the range is not there.
   */
  read(space: AddressSpaceKind, address: bigint, length: number): Promise<Uint8Array>
  write(space: AddressSpaceKind, address: bigint, bytes: Uint8Array): Promise<void>
  screen(): Promise<Screen>
  /** The picture on the monitor, of a text mode too: with the font and the palette that the guest has set. */
  frame(): Promise<GraphicsScreen>
  /** What happened last, in order; bounded. Capability `timeline`. */
  timeline(): Promise<readonly TimelineEvent[]>
  /** Queues the input; the guest sees it when it next runs. */
  input(event: InputEvent): Promise<void>
  /**
   * Puts the file at `path` into a drive, by its id in the plan, or takes out what is in it (null). Without
   * effect once the run has ended.
   * The drive is one for floppy disks or CDs.
   * @throws KernelTestError KT3050, KT3052 for the file.
   */
  changeMedium(drive: string, path: string | null): Promise<void>
  /** What is in a drive; null where nothing is. Capability `diskContents`, as for the next two. */
  medium(drive: string): Promise<MediumState | null>
  /** Bytes as the guest would read them, as far as there are any. */
  readMedium(drive: string, at: number, length: number): Promise<Uint8Array>
  /** From now on the guest cannot read these sectors, and no others, of what is in a drive. */
  failReads(drive: string, bad: readonly BadSectors[]): Promise<void>
  /**
   * Ends the machine. Always answers, also after a crash, with all that was recorded; a second call answers
   * the same.
   */
  close(): Promise<Recording>
}

export type AddressSpaceKind = 'physical' | 'linear'
