import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createConnection, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Duplex } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { GdbClient, gdbChardev } from '../../../src/engines/qemu/gdb-client.ts'
import { QmpClient, type QmpEvent } from '../../../src/engines/qemu/qmp.ts'
import { QtestClient, qtestChardev } from '../../../src/engines/qemu/qtest-client.ts'

/** The versions that every observation is proven on: Debian 12's own, and its backports', unpacked aside. */
export const qemuVersions = ['7.2', '10.0'] as const
export type QemuVersion = (typeof qemuVersions)[number]

/** A QEMU that stands at its first instruction, with a monitor and little else. */
export interface BareQemu {
  readonly monitor: QmpClient
  readonly gdb: GdbClient
  readonly qtest: QtestClient
  /** For files and sockets; its name has a space. Gone after `close`. */
  readonly directory: string
  readonly events: readonly QmpEvent[]
  /** COM1, from both sides. */
  readonly serial: Socket
  /** Lets the guest run until `condition` holds, then stops it. Fails after 20 s. */
  runUntil(condition: () => boolean | Promise<boolean>): Promise<void>
  close(): Promise<void>
}

export async function startQemu(version: QemuVersion, args: readonly string[]): Promise<BareQemu> {
  const directory = mkdtempSync(join(tmpdir(), 'kerneltest bare-'))
  const socket = (name: string) => `${join(directory, name)},server=on,wait=off`
  const child = spawn(
    qemuPath(version),
    [
      ...['-accel', 'tcg', '-nodefaults', '-vga', 'std', '-display', 'none', '-S', '-no-shutdown'],
      ...['-chardev', `socket,id=${gdbChardev},fd=3`],
      ...['-chardev', `socket,id=${qtestChardev},fd=4`],
      ...['-qtest', `chardev:${qtestChardev}`, '-qtest-log', 'none'],
      ...['-qmp', `unix:${socket('qmp')}`, '-serial', `unix:${socket('com1')}`, ...args],
    ],
    { stdio: ['ignore', 'inherit', 'inherit', 'pipe', 'pipe'] },
  )
  const events: QmpEvent[] = []
  const monitor = new QmpClient(await connect(join(directory, 'qmp')), (event) => events.push(event))
  await monitor.ready
  const gdb = new GdbClient(monitor, pipe(child, 3))
  const qtest = new QtestClient(pipe(child, 4))
  const serial = await connect(join(directory, 'com1'))
  const close = async () => {
    monitor.close()
    serial.destroy()
    await killed(child)
    rmSync(directory, { recursive: true })
  }
  const runUntil = async (condition: () => boolean | Promise<boolean>) => {
    await monitor.execute('cont')
    await waitFor(condition)
    await monitor.execute('stop')
  }
  return { monitor, gdb, qtest, directory, events, serial, runUntil, close }
}

export async function waitFor(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 20_000
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`waited 20 s for ${condition}`)
    await pause(10)
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

/** Everything that came from the socket so far. */
export function collect(socket: Socket): { text(): string } {
  let text = ''
  socket.on('data', (bytes) => {
    text += bytes.toString('latin1')
  })
  return { text: () => text }
}

export function qemuPath(version: QemuVersion): string {
  if (version === '7.2') return 'qemu-system-x86_64'
  const script = fileURLToPath(new URL('../../../scripts/fetch-qemu.sh', import.meta.url))
  return execFileSync('sh', [script], { encoding: 'utf8' }).trim()
}

async function connect(path: string): Promise<Socket> {
  for (let attempt = 0; ; attempt += 1) {
    const socket = createConnection(path)
    const connected = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true))
      socket.once('error', () => resolve(false))
    })
    if (connected) return socket
    if (attempt === 500) throw new Error(`nobody listens on ${path}`)
    await pause(10)
  }
}

function pipe(child: ChildProcess, descriptor: number): Duplex {
  const stream = child.stdio[descriptor]
  if (!(stream instanceof Duplex)) throw new Error('a pipe of a child process is a duplex stream')
  return stream
}

function killed(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve()
    child.once('exit', () => resolve())
    child.kill('SIGKILL')
  })
}
