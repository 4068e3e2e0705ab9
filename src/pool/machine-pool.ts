import { MessageChannel } from 'node:worker_threads'
import { Tinypool } from 'tinypool'
import type { BootPlan } from '../boot/plan.ts'
import type { EngineName } from '../engines/engine.ts'
import type { EventSink } from '../observe/event.ts'
import { KernelTestError } from '../support/errors.ts'
import { invariant } from '../support/invariant.ts'
import { Admission } from './admission.ts'
import { fromPlainFailure, type MachineTask, type WorkerMessage } from './protocol.ts'
import {
  deathOf,
  defaultPatience,
  type MachineThread,
  type Patience,
  RemoteMachine,
  threadDied,
} from './remote-machine.ts'
import { workerUrl } from './worker-url.ts'

export interface PoolOptions {
  /** Machines at once; their threads stay warm. */
  readonly threads: number
  /**
   * What `open` does when every thread has a machine: wait for one to close, or add as many threads again.
   */
  readonly whenFull: 'wait' | 'grow'
  /** Another worker module with a task function `runMachine`: for tests. */
  readonly worker?: URL
  readonly patience?: Patience
}

export interface OpenOptions {
  readonly engine: EngineName
  readonly plan: BootPlan
  readonly sink: EventSink
  /** Ends the wait for a thread, or the machine with an `engineError`. */
  readonly signal?: AbortSignal
}

/** One tinypool and how many of its threads have no machine. */
interface Bay {
  readonly pool: Tinypool
  free: number
}

/**
 * Warm worker threads, a machine each. A machine is one long task of tinypool with a message port of its own,
 * always with an AbortSignal: a thread that exits by itself would otherwise keep its place for ever.
 */
export class MachinePool {
  readonly #options: PoolOptions
  readonly #admission = new Admission(0)
  /** Usually one; more where the pool grew. */
  readonly #bays: Bay[] = []

  constructor(options: PoolOptions) {
    this.#options = options
  }

  /** @throws KernelTestError KT3xxx when the engine refuses the plan, KT4013 when `signal` aborts. */
  async open(options: OpenOptions): Promise<RemoteMachine> {
    const { engine, plan, sink, signal = new AbortController().signal } = options
    if (this.#admission.free === 0 && (this.#bays.length === 0 || this.#options.whenFull === 'grow')) {
      this.#addThreads()
    }
    const leave = await this.#admission.enter(signal).catch(() => Promise.reject(aborted()))
    const thread = this.#startThread(engine, plan)
    void thread.ended.then(leave)
    return openMachine(thread, engine, sink, signal, this.#options.patience ?? defaultPatience)
  }

  /**
   * How full the pool is. `queued`: tasks inside tinypool that wait for a thread, which is never to happen.
   */
  get load(): { threads: number; running: number; waiting: number; queued: number } {
    const sum = (count: (bay: Bay) => number) => this.#bays.reduce((total, bay) => total + count(bay), 0)
    const threads = sum(({ pool }) => pool.options.maxThreads)
    const running = threads - sum(({ free }) => free)
    const queued = sum(({ pool }) => pool.queueSize)
    return { threads, running, waiting: this.#admission.waiting, queued }
  }

  /** Ends all threads; their machines' runs end with an `engineError`. */
  async close(): Promise<void> {
    await Promise.all(this.#bays.splice(0).map(({ pool }) => pool.destroy()))
  }

  /**
   * Threads are never started one by one on demand: tinypool refills to `minThreads` only after a thread was
   * aborted.
   */
  #addThreads(): void {
    const { threads, worker } = this.#options
    const pool = new Tinypool({
      filename: (worker ?? workerUrl()).href,
      name: 'runMachine',
      minThreads: threads,
      maxThreads: threads,
      // Node's own options of the main process (`--eval`, `--inspect`) are not for a thread.
      execArgv: [],
    })
    // Of a thread without a task: the next task's port tells the same.
    pool.on('error', () => {})
    this.#bays.push({ pool, free: threads })
    this.#admission.addPlaces(threads)
  }

  #startThread(engine: EngineName, plan: BootPlan): MachineThread {
    const bay = this.#bays.find(({ free }) => free > 0)
    invariant(bay !== undefined, 'admission counts the free threads')
    bay.free--
    const { port1: port, port2 } = new MessageChannel()
    const abort = new AbortController()
    const task: MachineTask = { port: port2, engine, plan }
    const ended = bay.pool
      .run(task, { transferList: [port2], signal: abort.signal })
      .then(
        () => null,
        (error: unknown) => (error instanceof Error ? error : new Error(String(error))),
      )
      .finally(() => {
        // Our port stays open: messages that it still holds would be lost. It closes with the worker's.
        bay.free++
      })
    return { port, ended, end: () => abort.abort() }
  }
}

/** Waits for the worker's first word. */
function openMachine(
  thread: MachineThread,
  engine: EngineName,
  sink: EventSink,
  signal: AbortSignal,
  patience: Patience,
): Promise<RemoteMachine> {
  const { port } = thread
  return new Promise((resolve, reject) => {
    const guard = setTimeout(() => thread.end(), patience.callMs)
    const giveUp = () => {
      // The worker takes the closed port for a request to stop; a thread that does not is ended.
      const insist = setTimeout(() => thread.end(), patience.closeMs)
      void thread.ended.then(() => clearTimeout(insist))
      port.close()
    }
    const settle = () => {
      clearTimeout(guard)
      signal.removeEventListener('abort', giveUp)
      port.off('message', listen).off('close', gone)
    }
    const gone = async () => {
      settle()
      reject(signal.aborted ? aborted() : threadDied(await deathOf(thread)))
    }
    const listen = (message: WorkerMessage) => {
      if (message.kind === 'event') return sink(message.event)
      settle()
      if (message.kind === 'refused') return reject(fromPlainFailure(message.failure))
      invariant(message.kind === 'opened', 'a worker says `opened` before it answers')
      const machine = new RemoteMachine(thread, engine, message.capabilities, sink, patience)
      const abort = () => machine.abort(aborted())
      signal.addEventListener('abort', abort, { once: true })
      void thread.ended.then(() => signal.removeEventListener('abort', abort))
      resolve(machine)
    }
    signal.addEventListener('abort', giveUp, { once: true })
    port.on('message', listen).once('close', gone)
  })
}

function aborted(): KernelTestError {
  return new KernelTestError(
    'KT4013',
    'the run was aborted',
    'The test ran into its time-out, or whoever started the run stopped it.',
  )
}
