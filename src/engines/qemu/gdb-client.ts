import type { Duplex } from 'node:stream'
import { invariant } from '../../support/invariant.ts'
import { type Monitor, MonitorError } from './monitor.ts'

/** The id of the chardev that QEMU was given for its gdb stub: one end of a socket pair. */
export const gdbChardev = 'gdb'

/**
 * QEMU's gdb stub: breakpoints and steps, which the monitor lacks. It is started when it is first needed. The
 * machine must stand still for each call: QEMU stops a running machine at any byte it gets here.
 *
 * Commands and answers are packets `$…#checksum` (GDB manual, "Remote Protocol"). Answers are never
 * acknowledged: QEMU does not insist, and an acknowledgement that arrives after `cont` would stop the
 * machine.
 */
export class GdbClient {
  readonly #monitor: Monitor
  readonly #socket: Duplex
  readonly #waiting: ((answer: string | null) => void)[] = []
  #received = ''
  #waitsForStop = false
  #started: Promise<void> | null = null
  #closed = false

  constructor(monitor: Monitor, socket: Duplex) {
    this.#monitor = monitor
    this.#socket = socket
    socket.setEncoding('latin1')
    socket.on('data', (text: string) => this.#receive(text))
    for (const event of ['end', 'close', 'error']) socket.on(event, () => this.#disconnect())
  }

  /** Breaks before the instruction at `linear` on every CPU, whether or not anything is mapped there yet. */
  async insertBreakpoint(linear: bigint): Promise<void> {
    await this.#accepted(`Z1,${linear.toString(16)},1`)
  }

  async removeBreakpoint(linear: bigint): Promise<void> {
    await this.#accepted(`z1,${linear.toString(16)},1`)
  }

  /**
   * One instruction of one CPU, without interrupts and while all others stand still. QMP tells RESUME and
   * STOP for it.
   */
  async step(cpu: number): Promise<void> {
    await this.#start()
    await this.#ask(`vCont;s:${cpu + 1}`, true)
  }

  async #accepted(command: string): Promise<void> {
    await this.#start()
    const answer = await this.#ask(command, false)
    invariant(answer === 'OK', `QEMU's gdb stub accepts ${command}; it said "${answer}"`)
  }

  #start(): Promise<void> {
    this.#started ??= this.#startStub()
    return this.#started
  }

  async #startStub(): Promise<void> {
    const printed = await this.#monitor.human(`gdbserver chardev:${gdbChardev}`)
    invariant(printed.startsWith('Waiting for gdb'), `QEMU starts its gdb stub; it said "${printed}"`)
  }

  async #ask(command: string, waitsForStop: boolean): Promise<string> {
    if (this.#closed) throw disconnected(command)
    const answer = await new Promise<string | null>((resolve) => {
      this.#waiting.push(resolve)
      this.#waitsForStop = waitsForStop
      this.#socket.write(`$${command}#${checksum(command)}`, 'latin1')
    })
    if (answer === null) throw disconnected(command)
    return answer
  }

  #receive(text: string): void {
    this.#received += text
    for (;;) {
      const packet = /\$([^#]*)#[0-9a-f]{2}/.exec(this.#received)
      if (packet?.[1] === undefined) return
      this.#received = this.#received.slice(packet.index + packet[0].length)
      // QEMU 7.2 also tells of stops that nobody asked it for.
      const isStop = /^[TS]/.test(packet[1])
      if (isStop === this.#waitsForStop) this.#waiting.shift()?.(packet[1])
    }
  }

  #disconnect(): void {
    this.#closed = true
    for (const resolve of this.#waiting.splice(0)) resolve(null)
  }
}

function checksum(command: string): string {
  const sum = Buffer.from(command, 'latin1').reduce((total, byte) => total + byte, 0)
  return (sum & 0xff).toString(16).padStart(2, '0')
}

function disconnected(command: string): MonitorError {
  return new MonitorError('Disconnected', `QEMU was gone before its gdb stub answered ${command}`)
}
