import type { BootPlan } from '../../boot/plan.ts'
import type { StopWhen } from '../../observe/condition.ts'
import type { Ending } from '../../observe/ending.ts'
import type { EventSink } from '../../observe/event.ts'
import type { InputEvent } from '../../observe/input.ts'
import type { Instant } from '../../observe/instant.ts'
import type { OutputPort } from '../../observe/output.ts'
import { OutputConditions } from '../../observe/output-conditions.ts'
import type { Recording } from '../../observe/recording.ts'
import type { Registers } from '../../observe/registers.ts'
import type { GraphicsScreen, Screen } from '../../observe/screen.ts'
import { metOnScreen } from '../../observe/screen-conditions.ts'
import type { Stop } from '../../observe/stop.ts'
import { KernelTestError } from '../../support/errors.ts'
import { invariant } from '../../support/invariant.ts'
import type { AddressSpaceKind, Capability, Machine } from '../engine.ts'
import { activityOf } from './activity.ts'
import { Breakpoints } from './breakpoints.ts'
import { type Conclusion, concludeRun } from './conclude-run.ts'
import { Drives } from './drives.ts'
import { readGraphicsScreen } from './graphics-screen.ts'
import { Keyboard } from './keyboard.ts'
import { captureLastState, type LastState, nothingLeft } from './last-state.ts'
import type { LiveListener, LiveQemu } from './live-qemu.ts'
import { GuestMemory } from './memory.ts'
import { isQemuGone } from './monitor.ts'
import { Pointer } from './pointer.ts'
import type { QemuVersion } from './qmp.ts'
import { readRegisters } from './registers.ts'
import { Run, type RunResult } from './run.ts'
import { Sampler, type Watch } from './sampler.ts'
import { readScreen } from './screen.ts'
import { ScreenWatch, StillnessWatch } from './screen-watch.ts'
import { SerialInput } from './serial-input.ts'
import { StuckWatch } from './stuck-watch.ts'

/** For the last look at a machine that is closed while its QEMU may not answer. */
const lastLookMs = 2_000
/** Between two looks whether the guest can take more input. */
const inputMs = 2

/** A PC in a QEMU process. */
export class QemuMachine implements Machine, LiveListener {
  readonly capabilities: ReadonlySet<Capability> = new Set()
  /** Resolves when QEMU has built the machine; rejects when it is gone instead. */
  readonly ready: Promise<QemuVersion>
  readonly #plan: BootPlan
  readonly #sink: EventSink
  readonly #signal: AbortSignal
  readonly #outputs = new OutputConditions()
  readonly #live: LiveQemu
  readonly #breakpoints: Breakpoints
  readonly #keyboard: Keyboard
  readonly #pointer: Pointer
  readonly #serialInput: SerialInput
  readonly #memory: GuestMemory
  readonly #drives: Drives
  #addresses: readonly (bigint | null)[] = []
  #run: Run | null = null
  #conclusion: Promise<Conclusion> | null = null
  #ending: Ending | null = null
  #closing: Promise<Recording> | null = null

  /**
   * `connect` makes the lines to QEMU, on which this machine listens. Whoever aborts `signal` kills QEMU too.
   */
  constructor(
    plan: BootPlan,
    sink: EventSink,
    signal: AbortSignal,
    connect: (listener: LiveListener) => LiveQemu,
  ) {
    this.#plan = plan
    this.#sink = sink
    this.#signal = signal
    this.#live = connect(this)
    this.ready = this.#live.monitor.ready
    const { monitor, gdb, qtest, process } = this.#live
    this.#breakpoints = new Breakpoints(monitor, gdb)
    this.#keyboard = new Keyboard(monitor, qtest)
    this.#pointer = new Pointer(monitor)
    this.#serialInput = new SerialInput(monitor, process.directory)
    this.#memory = new GuestMemory(monitor, qtest)
    this.#drives = new Drives(monitor, plan, process.directory)
  }

  onOutput(port: OutputPort, bytes: Uint8Array): void {
    this.#outputs.append(port, bytes)
    this.#sink({ kind: 'output', port, bytes, at: this.#live.clock.now() })
    const met = this.#run && !this.#run.isOver ? this.#outputs.met(port) : null
    if (met) this.#run?.finish({ why: 'condition', met })
  }

  onStop(): void {
    if (this.#run && !this.#run.isOver) void this.#atStop(this.#run)
  }

  onEnd(): void {
    this.#run?.finish({ why: 'end' })
  }

  async run(until: StopWhen): Promise<Stop> {
    invariant(this.#run === null, 'a machine runs once at a time')
    this.#assertOpen()
    if (until.any.some(({ on }) => on === 'instructions'))
      throw lacks('instructionCount', 'does not count instructions, and so cannot wait for a number of them')
    if (until.any.some(({ on }) => on === 'waitsForKey'))
      throw lacks('keyWait', 'does not see a running guest wait for a key, and so cannot wait for that')
    if (this.#live.endReason !== null) return this.#endStop()
    try {
      this.#outputs.wait(until.any)
      const met = this.#outputs.met() ?? (await this.#metOnScreen(until))
      if (met) return { at: this.#now(), why: 'condition', ...met }
      return await this.#stopOf(await this.#letRun(until), until)
    } catch (error) {
      if (!isQemuGone(error)) throw error
      return this.#endStop()
    }
  }

  now(): Promise<Instant> {
    return Promise.resolve(this.#now())
  }

  async registers(cpu = 0): Promise<Registers> {
    const cpus = await this.#observe(
      (live) => readRegisters(live.monitor),
      (last) => last.registers,
    )
    const registers = cpus[cpu]
    if (registers) return registers
    throw new KernelTestError(
      'KT3012',
      `The machine has ${cpus.length === 1 ? 'one CPU' : `${cpus.length} CPUs`}; there is no CPU ${cpu}`,
      'CPUs count from 0; the boot option `cpus` sets how many there are.',
    )
  }

  screen(): Promise<Screen> {
    return this.#observe(
      ({ monitor, qtest, process }) => readScreen(monitor, qtest, process.directory),
      (last) => last.screen,
    )
  }

  frame(): Promise<GraphicsScreen> {
    return this.#observe(
      ({ monitor, process }) => readGraphicsScreen(monitor, process.directory),
      (last) => last.frame(),
    )
  }

  async input(event: InputEvent): Promise<void> {
    this.#assertOpen()
    if (event.to === 'keyboard') this.#keyboard.press(event.keys)
    else if (event.to === 'mouse') this.#pointer.add(event.changes)
    else if (this.#live.endReason !== null) return
    else if (event.to === 'powerButton') await this.#live.monitor.execute('system_powerdown')
    else await this.#serialInput.send(event.port, event.bytes)
  }

  read(space: AddressSpaceKind, address: bigint, length: number): Promise<Uint8Array> {
    const read = () => this.#memory.read(space, address, length)
    return this.#observe(read, read)
  }

  write(space: AddressSpaceKind, address: bigint, bytes: Uint8Array): Promise<void> {
    const write = () => this.#memory.write(space, address, bytes)
    return this.#observe(write, write)
  }

  async changeMedium(drive: string, path: string | null): Promise<void> {
    this.#assertOpen()
    if (this.#live.endReason === null) await this.#drives.change(drive, path)
  }

  async timeline(): Promise<never> {
    throw lacks('timeline', 'keeps no timeline')
  }

  async medium(): Promise<never> {
    throw lacks('diskContents', 'does not tell what is on its disks')
  }

  async readMedium(): Promise<never> {
    return this.medium()
  }

  async failReads(): Promise<never> {
    throw lacks('diskContents', 'does not make disks fail')
  }

  close(): Promise<Recording> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<Recording> {
    this.#run?.finish({ why: 'closed' })
    const last = await within(lastLookMs, this.#lastLook(), nothingLeft)
    const engineLog = this.#live.process.standardError()
    this.#serialInput.close()
    this.#live.dispose()
    return {
      ending: this.#ending,
      screen: last.screen,
      registers: last.registers?.[0] ?? null,
      timeline: null,
      engineLog,
    }
  }

  async #lastLook(): Promise<LastState> {
    if (this.#live.endReason === null) {
      await this.#live.halt()
      if (this.#live.endReason === null) {
        return captureLastState(this.#live)
      }
    }
    return (await this.#conclude()).last
  }

  async #letRun(until: StopWhen): Promise<RunResult> {
    const live = this.#live
    this.#addresses = until.any.map((condition) => (condition.on === 'address' ? condition.linear : null))
    await this.#breakpoints.arm(this.#addresses.filter((address) => address !== null))
    const run = new Run(live.clock, until.deadlineNs)
    this.#run = run
    try {
      const sampler = new Sampler(await this.#watches(until, run), (error) =>
        run.finish({ why: 'failed', error }),
      )
      if (live.endReason !== null) run.finish({ why: 'end' })
      else if (!run.isOver) live.resume()
      const result = await run.result
      await sampler.stop()
      await live.halt()
      await this.#breakpoints.disarm()
      return result
    } finally {
      this.#run = null
    }
  }

  async #watches(until: StopWhen, run: Run): Promise<readonly Watch[]> {
    const watches: Watch[] = [new StuckWatch(this.#live, run, this.#memory)]
    if (until.any.some((condition) => condition.on === 'screen')) {
      watches.push(new ScreenWatch(this.#live, run, until.any))
    }
    for (const [index, condition] of until.any.entries()) {
      if (condition.on !== 'stillScreen') continue
      const frame = await this.screen()
      watches.push(new StillnessWatch(this.#live, run, index, condition.settleNs, frame))
    }
    if (this.#keyboard.isWaiting) {
      watches.push({ intervalMs: inputMs, look: () => this.#keyboard.pump(this.#live.clock.ns) })
    }
    if (this.#pointer.isWaiting) {
      watches.push({ intervalMs: inputMs, look: () => this.#pointer.pump(this.#live.clock.ns) })
    }
    if (this.#serialInput.isWaiting) {
      watches.push({ intervalMs: inputMs, look: async () => this.#serialInput.pump() })
    }
    return watches
  }

  async #atStop(run: Run): Promise<void> {
    const hit = await this.#breakpoints.hit().catch(() => null)
    if (hit) run.finish({ why: 'condition', met: { index: this.#addresses.indexOf(hit.linear) } })
  }

  async #stopOf(result: RunResult, until: StopWhen): Promise<Stop> {
    if (result.why === 'closed') this.#assertOpen()
    if (result.why === 'failed') throw result.error
    if (this.#live.endReason !== null) await this.#conclude()
    if (result.why === 'condition') return { at: this.#now(), why: 'condition', ...result.met }
    if (this.#ending === null) {
      const { start } = this.#plan
      const firmware = start.kind === 'firmware' ? start.firmware : 'bios'
      const cpus = await readRegisters(this.#live.monitor)
      return { at: this.#now(), why: 'deadline', activity: activityOf(cpus, firmware) }
    }
    const last = await this.#metOnScreen(until)
    return last ? { at: this.#now(), why: 'condition', ...last } : this.#endStop()
  }

  async #metOnScreen({ any }: StopWhen): Promise<{ readonly index: number } | null> {
    if (!any.some((condition) => condition.on === 'screen')) return null
    const index = metOnScreen(any, await this.screen())
    return index === null ? null : { index }
  }

  async #endStop(): Promise<Stop> {
    await this.#conclude()
    const ending = this.#ending
    invariant(ending !== null, 'a run that is over has an ending')
    return { at: ending.at, why: 'end', ending }
  }

  /** To be called when the run is over, or about to be: QEMU is gone. */
  #conclude(): Promise<Conclusion> {
    this.#conclusion ??= this.#findEnding()
    return this.#conclusion
  }

  async #findEnding(): Promise<Conclusion> {
    const reason = await this.#live.ended
    this.#signal.throwIfAborted()
    const conclusion = await concludeRun(this.#live, this.#plan, reason)
    this.#ending = { at: this.#now(), ...conclusion.cause }
    this.#sink({ kind: 'ending', ending: this.#ending })
    return conclusion
  }

  /** Reads what is there: `live` before the end of the run, `kept` after it. */
  async #observe<T>(
    live: (live: LiveQemu) => Promise<T>,
    kept: (last: LastState) => T | null | Promise<T | null>,
  ): Promise<T> {
    this.#assertOpen()
    try {
      if (this.#live.endReason === null) return await live(this.#live)
      const { last } = await this.#conclude()
      const value = await kept(await last)
      if (value !== null) return value
    } catch (error) {
      if (!isQemuGone(error)) throw error
      await this.#conclude()
    }
    throw new KernelTestError(
      'KT3008',
      'QEMU is gone, and what was asked for with it',
      'The ending of the run says why it died.',
    )
  }

  #now(): Instant {
    return this.#live.clock.now()
  }

  #assertOpen(): void {
    if (this.#closing === null) return
    throw new KernelTestError('KT4012', 'The machine is closed', 'Use it before its test ends.')
  }
}

function lacks(capability: Capability, why: string): KernelTestError {
  return new KernelTestError(
    'KT3016',
    `the engine qemu ${why}`,
    `Use the engine embedded, which does (capability \`${capability}\`).`,
  )
}

/** `value`, or `otherwise` when it takes longer or fails. */
async function within<T>(ms: number, value: Promise<T>, otherwise: T): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const tooLate = new Promise<T>((resolve) => {
    timer = setTimeout(() => resolve(otherwise), ms)
  })
  try {
    return await Promise.race([value.catch(() => otherwise), tooLate])
  } finally {
    clearTimeout(timer)
  }
}
