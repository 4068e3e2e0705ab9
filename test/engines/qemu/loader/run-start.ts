import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DirectStart, MachineOptions } from '../../../../src/boot/plan.ts'
import { makeLoader } from '../../../../src/engines/qemu/loader/make-loader.ts'

export interface Outcome {
  readonly serial: string
  /** QEMU's exit status: 33 after the value 0x10 at the exit port. Null when it had to be killed. */
  readonly status: number | null
  readonly stderr: string
}

/** Starts QEMU itself, without our engine, with a loader for `start`, and waits for its end. */
export function runStart(start: DirectStart, machine: MachineOptions, limitMs = 20_000): Outcome {
  return runQemu(
    machine,
    (folder) => {
      const loader = join(folder, 'loader, with "odd" name.elf')
      writeFileSync(loader, makeLoader(start, machine.memoryMiB))
      return ['-kernel', loader]
    },
    limitMs,
  )
}

/** Runs bare QEMU with the arguments that `prepare` gives for a temporary folder. */
export function runQemu(
  machine: MachineOptions,
  prepare: (folder: string) => readonly string[],
  limitMs = 20_000,
): Outcome {
  const folder = mkdtempSync(join(tmpdir(), 'kerneltest-loader-'))
  try {
    const serial = join(folder, 'serial')
    const { status, stderr } = spawnSync(
      'qemu-system-x86_64',
      [
        ...['-accel', 'tcg', '-display', 'none', '-no-reboot', '-net', 'none', '-serial', `file:${serial}`],
        ...['-machine', machine.shape, '-m', `${machine.memoryMiB}M`, '-smp', `${machine.cpus}`],
        ...['-device', 'isa-debug-exit,iobase=0xf4,iosize=4', ...prepare(folder)],
      ],
      { encoding: 'utf8', timeout: limitMs, killSignal: 'SIGKILL' },
    )
    return { serial: readFileSync(serial, 'latin1').replaceAll('\r\n', '\n'), status, stderr }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
