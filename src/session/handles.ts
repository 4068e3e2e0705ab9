import type { Machine } from '../engines/engine.ts'
import type { Ending } from '../observe/ending.ts'
import type { Instant } from '../observe/instant.ts'
import { pressesOfText } from '../observe/keys.ts'
import { type OutputPort, type SerialPort, serialPorts } from '../observe/output.ts'
import { linesOfText, type OutputLog } from '../observe/output-log.ts'
import { linesOf } from '../observe/text-screen.ts'
import type { TimelineEvent } from '../observe/timeline.ts'
import { diskHandle } from './disk-handle.ts'
import { noSuchPort } from './errors.ts'
import { mouseHandle } from './mouse-handle.ts'
import { pixelsSha256 } from './pixels-sha256.ts'
import { readAddressSpace } from './read-address-space.ts'
import type { PortState, Session } from './session.ts'
import { conditionOf } from './until.ts'
import type {
  DiskHandle,
  MemoryHandle,
  MouseHandle,
  OutputHandle,
  PageTablesHandle,
  RegistersHandle,
  ScreenHandle,
  SerialHandle,
  Until,
  Vm,
} from './vm.ts'

/** What a value that a test passes to `expect` stands for. */
export interface Subject {
  readonly session: Session
  readonly is: 'vm' | 'output' | 'screen' | 'pageTables' | 'registers' | 'memory'
  /** Of an `output`. */
  readonly port: OutputPort
}

const subjects = new WeakMap<object, Subject>()

/** The machine, and the side of it, behind a `vm` or one of its handles; null for any other value. */
export function subjectOf(value: unknown): Subject | null {
  return typeof value === 'object' && value !== null ? (subjects.get(value) ?? null) : null
}

/** The face of a session that a test holds. */
export function vmOf(session: Session): Vm {
  return register(new SessionVm(session), { session, is: 'vm', port: 'com1' })
}

function register<T extends object>(handle: T, subject: Subject): T {
  subjects.set(handle, subject)
  return handle
}

class SessionVm implements Vm {
  readonly serial: SerialHandle
  readonly debugConsole: OutputHandle
  readonly screen: ScreenHandle
  readonly pageTables: PageTablesHandle
  readonly memory: MemoryHandle
  readonly registers: RegistersHandle
  readonly mouse: MouseHandle
  readonly #session: Session

  constructor(session: Session) {
    this.#session = session
    const { machine } = session
    this.mouse = mouseHandle(session)
    this.serial = serialHandle(session, 'com1')
    this.debugConsole = register(new Output(session, 'debugConsole'), {
      session,
      is: 'output',
      port: 'debugConsole',
    })
    const side = (is: Subject['is']): Subject => ({ session, is, port: 'com1' })
    this.screen = register(screenHandle(machine), side('screen'))
    this.pageTables = register({ read: () => readAddressSpace(machine) }, side('pageTables'))
    this.memory = register(memoryHandle(machine), side('memory'))
    this.registers = register({ read: (cpu?: number) => machine.registers(cpu) }, side('registers'))
  }

  get ending(): Ending | null {
    return this.#session.ending
  }

  now(): Promise<Instant> {
    return this.#session.machine.now()
  }

  async run({ until }: { readonly until?: Until } = {}): Promise<Ending> {
    if (until === undefined) return this.#session.end()
    const { facts } = this.#session
    return this.#session.runUntil(conditionOf(until, facts.file.image, this.serial.cursor))
  }

  press(...keys: readonly string[]): Promise<void> {
    return this.#session.feed({ to: 'keyboard', keys })
  }

  async type(text: string): Promise<void> {
    return this.#session.feed({ to: 'keyboard', keys: pressesOfText(text) })
  }

  pressPower(): Promise<void> {
    return this.#session.feed({ to: 'powerButton' })
  }

  changeDisk(drive: string, path: string | null): Promise<void> {
    return this.#session.changeMedium(drive, path)
  }

  disk(drive: string): DiskHandle {
    return diskHandle(this.#session, drive)
  }

  timeline(): Promise<readonly TimelineEvent[]> {
    return this.#session.machine.timeline()
  }

  end(): Promise<Ending> {
    return this.#session.end()
  }

  async close(): Promise<void> {
    await this.#session.close()
  }
}

class Output implements OutputHandle {
  readonly #state: PortState

  constructor(session: Session, port: OutputPort) {
    this.#state = session.port(port)
  }

  get log(): OutputLog {
    return this.#state.log
  }

  get lines(): readonly string[] {
    return linesOfText(this.#state.log.text)
  }

  get cursor(): number {
    return this.#state.cursor
  }

  set cursor(position: number) {
    this.#state.cursor = position
  }
}

class Serial extends Output implements SerialHandle {
  readonly #session: Session
  readonly #port: SerialPort

  constructor(session: Session, port: SerialPort) {
    super(session, port)
    this.#session = session
    this.#port = port
  }

  port(name: SerialPort): SerialHandle {
    if (!serialPorts.includes(name)) throw noSuchPort(name)
    return serialHandle(this.#session, name)
  }

  send(data: string | Uint8Array): Promise<void> {
    const bytes = typeof data === 'string' ? new TextEncoder().encode(data) : data
    return this.#session.machine.input({ to: 'serial', port: this.#port, bytes })
  }
}

function serialHandle(session: Session, port: SerialPort): SerialHandle {
  return register(new Serial(session, port), { session, is: 'output', port })
}

function screenHandle(machine: Machine): ScreenHandle {
  return {
    read: () => machine.screen(),
    lines: async () => {
      const screen = await machine.screen()
      return screen.kind === 'text' ? linesOf(screen) : []
    },
    frame: async () => {
      const { width, height, pixels } = await machine.frame()
      return { width, height, pixels, sha256: pixelsSha256(pixels) }
    },
  }
}

function memoryHandle(machine: Machine): MemoryHandle {
  const space = (options?: { readonly physical?: boolean }) => (options?.physical ? 'physical' : 'linear')
  return {
    read: (address, length, options) => machine.read(space(options), address, length),
    write: (address, bytes, options) => machine.write(space(options), address, bytes),
  }
}
