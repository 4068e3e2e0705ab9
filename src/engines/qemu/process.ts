import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Duplex, type Writable } from 'node:stream'
import { KernelTestError } from '../../support/errors.ts'
import { invariant } from '../../support/invariant.ts'
import { descriptors, fileNames } from './layout.ts'
import { readTail } from './read-tail.ts'

/** How a process ended. */
export interface ProcessEnd {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/**
 * The watcher is forked off before QEMU takes the shell's place, so there is no moment without one. It waits
 * for the end of the pipe: however our side dies (SIGKILL, a terminated worker), the kernel closes it. A
 * first line says that QEMU is gone and its process id may be another's, a second one that the directory is
 * gone too.
 */
const watchedStart = `
ulimit -c 0
directory=$1
shift
(
  exec ${descriptors.qmp}>&- ${descriptors.exit}>&- ${descriptors.gdb}>&- ${descriptors.qtest}>&- </dev/null >/dev/null 2>&1
  if read -r _ <&${descriptors.watch}; then
    read -r _ <&${descriptors.watch} && exit
  else
    kill -9 $$
  fi
  rm -rf "$directory"
) &
exec "$@" ${descriptors.watch}<&-
`

/**
 * A directory for one machine's files, removed with it. `fill` writes those that are there from the start.
 * @throws KernelTestError KT3014 where that is not possible.
 */
export function makeMachineDirectory(fill: (directory: string) => void): string {
  let directory: string | null = null
  try {
    directory = mkdtempSync(join(tmpdir(), 'kerneltest-'))
    fill(directory)
    return directory
  } catch (error) {
    if (directory !== null) rmSync(directory, { recursive: true, force: true })
    const why = error instanceof Error ? error.message : String(error)
    throw new KernelTestError(
      'KT3014',
      `the directory for temporary files, ${tmpdir()}, cannot be used: ${why}`,
      'Set TMPDIR to a directory that exists, may be written and has some MiB free.',
    )
  }
}

/** A QEMU process with its watcher and its temporary directory, which is its working directory. */
export class QemuProcess {
  readonly directory: string
  readonly qmp: Duplex
  /** What the exit port's stand-in sends; at its end without a byte where there is none. */
  readonly exitPort: Duplex
  /** For a {@link GdbClient}. */
  readonly gdb: Duplex
  /** For a {@link QtestClient}. */
  readonly qtest: Duplex
  /** Never rejects. */
  readonly ended: Promise<ProcessEnd>
  readonly #child: ChildProcess
  readonly #watch: Writable
  #isOver = false
  #disposed = false

  constructor(executable: string, args: readonly string[], directory: string) {
    this.directory = directory
    const standardError = openSync(join(directory, fileNames.standardError), 'w')
    this.#child = spawn('/bin/sh', ['-c', watchedStart, 'sh', directory, executable, ...args], {
      cwd: directory,
      env: { ...process.env, TMPDIR: directory },
      // A session of its own: an interrupt from the terminal is ours to handle, QEMU is to keep its state.
      detached: true,
      stdio: ['ignore', standardError, standardError, 'pipe', 'pipe', 'pipe', 'pipe', 'pipe'],
    })
    closeSync(standardError)
    this.#watch = this.#pipe(descriptors.watch)
    this.qmp = this.#pipe(descriptors.qmp)
    this.exitPort = this.#pipe(descriptors.exit)
    this.gdb = this.#pipe(descriptors.gdb)
    this.qtest = this.#pipe(descriptors.qtest)
    this.ended = new Promise((resolve) => {
      this.#child.once('exit', (code, signal) => {
        this.#isOver = true
        if (!this.#disposed) this.#watch.write('QEMU is gone\n')
        resolve({ code, signal })
      })
      // The shell itself could not be started.
      this.#child.once('error', () => {
        this.#isOver = true
        resolve({ code: null, signal: null })
      })
    })
  }

  get isOver(): boolean {
    return this.#isOver
  }

  /** What QEMU printed: the last 64 KiB. */
  standardError(): string {
    return readTail(join(this.directory, fileNames.standardError))
  }

  /** Without a chance for QEMU to tidy up: there is nothing it would have to. */
  kill(): void {
    if (!this.#isOver) this.#child.kill('SIGKILL')
  }

  /** Kills QEMU and removes its directory. */
  dispose(): void {
    if (this.#disposed) return
    this.#disposed = true
    this.kill()
    for (const line of [this.qmp, this.exitPort, this.gdb, this.qtest]) line.destroy()
    // It may be writing its last file.
    rmSync(this.directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 10 })
    // QEMU is as good as gone: nothing is left to the watcher.
    this.#watch.end(this.#isOver ? 'and its directory\n' : 'QEMU is gone\nand its directory\n')
  }

  #pipe(descriptor: number): Duplex {
    const stream = this.#child.stdio[descriptor]
    invariant(stream instanceof Duplex, 'a pipe of a child process is a duplex stream')
    // What is behind a broken pipe shows in how the process ended.
    stream.on('error', () => {})
    return stream
  }
}
