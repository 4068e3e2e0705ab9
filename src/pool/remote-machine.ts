import { setTimeout as delay } from 'node:timers/promises'
import type { MessagePort } from 'node:worker_threads'
import type { AddressSpaceKind, Capability, EngineName, Machine } from '../engines/engine.ts'
import type { StopWhen } from '../observe/condition.ts'
import type { Ending } from '../observe/ending.ts'
import type { EventSink } from '../observe/event.ts'
import type { InputEvent } from '../observe/input.ts'
import { type Instant, nsPerMs, powerOn } from '../observe/instant.ts'
import type { BadSectors, MediumState } from '../observe/medium-state.ts'
import type { Recording } from '../observe/recording.ts'
import type { Registers } from '../observe/registers.ts'
import type { GraphicsScreen, Screen } from '../observe/screen.ts'
import type { Stop } from '../observe/stop.ts'
import type { TimelineEvent } from '../observe/timeline.ts'
import { KernelTestError } from '../support/errors.ts'
import {
  type CallResults,
  fromPlainFailure,
  type MachineCall,
  type Request,
  type WorkerMessage,
} from './protocol.ts'

/** How long an engine may take, in milliseconds of wall time, before it is given up. */
export interface Patience {
  /** Wall time for each unit of guest time that a run may still take. */
  readonly runFactor: Readonly<Record<EngineName, number>>
  /** On top of that. */
  readonly runExtraMs: number
  /** For every other call but `close`: no guest time passes in them. */
  readonly callMs: number
  /** For `close`; after that the thread is ended. */
  readonly closeMs: number
}

/** The embedded engine works as fast as its host allows, which may be slower than its clock. */
export const defaultPatience: Patience = {
  runFactor: { embedded: 10, qemu: 1 },
  runExtraMs: 5_000,
  callMs: 30_000,
  closeMs: 5_000,
}

/** The pool thread that a machine lives in. */
export interface MachineThread {
  readonly port: MessagePort
  /**
   * Settles when the thread is free again: with the reason if its task failed, else null. May never settle if
   * it exited.
   */
  readonly ended: Promise<Error | null>
  /** Ends the thread whatever it is doing. */
  end(): void
}

/** The settled end of a machine whose thread, or whose caller's patience, was lost. */
interface Loss {
  readonly error: KernelTestError
  readonly ending: Ending
}

/** What the thread said to a request. */
type Answer = Extract<WorkerMessage, { readonly kind: 'result' | 'failure' }>

interface Pending {
  readonly request: Request
  readonly guard: NodeJS.Timeout
  readonly resolve: (answer: Answer) => void
  readonly reject: (error: Error) => void
}

/**
 * A machine in another thread. When that thread dies, answers too late or is aborted, the run ends with an
 * `engineError` and what arrived before stays: `run` answers that ending, `close` what the engine can still
 * tell or else the last screen and registers that were read.
 */
export class RemoteMachine implements Machine {
  readonly capabilities: ReadonlySet<Capability>
  readonly #thread: MachineThread
  readonly #runFactor: number
  readonly #patience: Patience
  readonly #pending = new Map<number, Pending>()
  #nextId = 1
  #at: Instant = powerOn
  #screen: Screen | null = null
  #registers: Registers | null = null
  #loss: Loss | null = null
  #recording: Promise<Recording> | null = null

  /**
   * For a `thread` that said `opened`, in the same turn of the event loop: its next message is already ours.
   */
  constructor(
    thread: MachineThread,
    engine: EngineName,
    capabilities: readonly Capability[],
    sink: EventSink,
    patience: Patience,
  ) {
    this.#thread = thread
    this.#runFactor = patience.runFactor[engine]
    this.capabilities = new Set(capabilities)
    this.#patience = patience
    const { port } = thread
    port.on('message', (message: WorkerMessage) => {
      if (message.kind === 'event') sink(message.event)
      else if (message.kind === 'result' || message.kind === 'failure')
        this.#take(message.id)?.resolve(message)
    })
    port.once('close', () => void this.#portClosed())
  }

  async run(until: StopWhen): Promise<Stop> {
    const leftNs = until.deadlineNs > this.#at.ns ? until.deadlineNs - this.#at.ns : 0n
    const guardMs = this.#runFactor * Number(leftNs / nsPerMs) + this.#patience.runExtraMs
    try {
      const stop = await this.#call({ call: 'run', until }, guardMs)
      this.#at = stop.at
      return stop
    } catch (error) {
      if (this.#loss === null) throw error
      const { ending } = this.#loss
      return { why: 'end', at: ending.at, ending }
    }
  }

  now(): Promise<Instant> {
    return this.#call({ call: 'now' })
  }

  async registers(cpu = 0): Promise<Registers> {
    const registers = await this.#call({ call: 'registers', cpu })
    if (cpu === 0) this.#registers = registers
    return registers
  }

  read(space: AddressSpaceKind, address: bigint, length: number): Promise<Uint8Array> {
    return this.#call({ call: 'read', space, address, length })
  }

  write(space: AddressSpaceKind, address: bigint, bytes: Uint8Array): Promise<void> {
    return this.#call({ call: 'write', space, address, bytes })
  }

  async screen(): Promise<Screen> {
    this.#screen = await this.#call({ call: 'screen' })
    return this.#screen
  }

  frame(): Promise<GraphicsScreen> {
    return this.#call({ call: 'frame' })
  }

  timeline(): Promise<readonly TimelineEvent[]> {
    return this.#call({ call: 'timeline' })
  }

  input(event: InputEvent): Promise<void> {
    return this.#call({ call: 'input', event })
  }

  changeMedium(drive: string, path: string | null): Promise<void> {
    return this.#call({ call: 'changeMedium', drive, path })
  }

  medium(drive: string): Promise<MediumState | null> {
    return this.#call({ call: 'medium', drive })
  }

  readMedium(drive: string, at: number, length: number): Promise<Uint8Array> {
    return this.#call({ call: 'readMedium', drive, at, length })
  }

  failReads(drive: string, bad: readonly BadSectors[]): Promise<void> {
    return this.#call({ call: 'failReads', drive, bad })
  }

  close(): Promise<Recording> {
    this.#recording ??= this.#close()
    return this.#recording
  }

  /**
   * Ends the run from outside: what is under way stops, and the ending is an `engineError` with this error's
   * code.
   */
  abort(error: KernelTestError): void {
    this.#lose(error)
    void this.close()
  }

  async #close(): Promise<Recording> {
    try {
      const recording = await this.#request({ call: 'close' }, this.#patience.closeMs)
      return { ...recording, ending: recording.ending ?? this.#loss?.ending ?? null }
    } catch {
      this.#thread.end()
      return this.#remains()
    } finally {
      this.#thread.port.close()
    }
  }

  /** What is known on this side of the thread. */
  #remains(): Recording {
    const ending = this.#loss?.ending ?? null
    return { ending, screen: this.#screen, registers: this.#registers, timeline: null, engineLog: '' }
  }

  #call<C extends MachineCall>(call: C, guardMs = this.#patience.callMs): Promise<CallResults[C['call']]> {
    if (this.#loss) return Promise.reject(this.#loss.error)
    if (this.#recording) return Promise.reject(machineClosed())
    return this.#request(call, guardMs)
  }

  async #request<C extends MachineCall>(call: C, guardMs: number): Promise<CallResults[C['call']]> {
    const answer = await new Promise<Answer>((resolve, reject) => {
      const request: Request = { id: this.#nextId++, ...call }
      this.#pending.set(request.id, {
        request,
        guard: setTimeout(() => this.#answersTooLate(request), guardMs),
        resolve,
        reject,
      })
      this.#thread.port.postMessage(request)
    })
    // Made here and not where the message arrived, so that its stack leads to the caller.
    if (answer.kind === 'failure') throw fromPlainFailure(answer.failure)
    // The protocol pairs a result with the call of the same id, which the types cannot say.
    return answer.value as CallResults[C['call']]
  }

  #take(id: number): Pending | undefined {
    const pending = this.#pending.get(id)
    clearTimeout(pending?.guard)
    this.#pending.delete(id)
    return pending
  }

  #answersTooLate(request: Request): void {
    const error = answersTooLate(request.call, this.#runFactor, this.#patience)
    this.#take(request.id)?.reject(error)
    this.abort(error)
  }

  /** Expected once `close` was answered; before that the thread has died. */
  async #portClosed(): Promise<void> {
    if (this.#recording !== null && this.#pending.size === 0) return
    const error = threadDied(await deathOf(this.#thread))
    this.#lose(error)
    for (const id of [...this.#pending.keys()]) this.#take(id)?.reject(error)
    this.#recording ??= Promise.resolve(this.#remains())
  }

  /** The first loss counts. A `close` under way goes on: it may still bring the recording. */
  #lose(error: KernelTestError): void {
    this.#loss ??= {
      error,
      ending: { at: this.#at, kind: 'engineError', code: error.code, detail: error.reason },
    }
    for (const [id, { request }] of [...this.#pending]) {
      if (request.call !== 'close') this.#take(id)?.reject(this.#loss.error)
    }
  }
}

/** Long enough for the reason of a crash to arrive; a thread that exited by itself never gives one. */
const deathNoticeMs = 250

/** Why a thread is gone, whose port closed unasked; and makes its place free again. */
export async function deathOf(thread: MachineThread): Promise<string> {
  const notice = new AbortController()
  const silence = delay(deathNoticeMs, null, { signal: notice.signal }).catch(() => null)
  const reason = await Promise.race([thread.ended, silence])
  notice.abort()
  thread.end()
  return reason?.message ?? 'it exited'
}

export function threadDied(reason: string): KernelTestError {
  return new KernelTestError(
    'KT4010',
    `the worker thread that ran the machine died: ${reason}`,
    'What the guest printed until then is kept. If it happens again, please report it with the image.',
  )
}

function answersTooLate(call: MachineCall['call'], runFactor: number, patience: Patience): KernelTestError {
  const limit = runFactor === 1 ? 'the time limit' : `${runFactor} times the time limit`
  const reason =
    call === 'run'
      ? `the host was too slow: ${limit} and ${patience.runExtraMs / 1000} s more went by on its clock`
      : `the engine did not answer \`${call}\` in time`
  return new KernelTestError(
    'KT4011',
    reason,
    'Run fewer machines at once on this host, or raise `limit`; what the guest printed is kept.',
  )
}

function machineClosed(): KernelTestError {
  return new KernelTestError(
    'KT4012',
    'the machine is closed',
    'Ask before `close()`, or before the test that booted it ends.',
  )
}
