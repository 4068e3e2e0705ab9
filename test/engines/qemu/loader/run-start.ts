import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BootPlan, MachineOptions } from '../../../../src/boot/plan.ts'
import { makeLoader } from '../../../../src/engines/qemu/loader/make-loader.ts'
import { directStartOf } from '../../../boot-plans/plan-of.ts'
import { type QemuVersion, qemuPath } from '../bare-qemu.ts'

export interface Outcome {
  /** COM1, with LF for CR LF. */
  readonly serial: string
  /** QEMU's exit status: 33 after the value 0x10 at the exit port. Null when it had to be killed. */
  readonly status: number | null
  readonly stderr: string
}

/** QEMU's status after a kernel wrote EXIT_PASS to isa-debug-exit. */
export const passed = 33

/** Starts QEMU itself, without our engine, with a loader for `plan`, and waits for its end. */
export function runPlan(version: QemuVersion, plan: BootPlan): Outcome {
  return runQemu(version, plan.machine, (folder) => {
    const loader = join(folder, 'a loader, with "odd" name.elf')
    writeFileSync(loader, makeLoader(directStartOf(plan), plan.machine.memoryMiB))
    return ['-kernel', loader]
  })
}

/** Runs bare QEMU with the arguments that `prepare` gives for a temporary folder. */
export function runQemu(
  version: QemuVersion,
  machine: MachineOptions,
  prepare: (folder: string) => readonly string[],
): Outcome {
  const folder = mkdtempSync(join(tmpdir(), 'kerneltest-loader-'))
  try {
    const serial = join(folder, 'serial')
    const { status, stderr } = spawnSync(
      qemuPath(version),
      [
        ...['-accel', 'tcg', '-display', 'none', '-no-reboot', '-net', 'none', '-serial', `file:${serial}`],
        ...['-machine', machine.shape, '-m', `${machine.memoryMiB}M`, '-smp', `${machine.cpus}`],
        ...['-device', 'isa-debug-exit,iobase=0xf4,iosize=4', ...prepare(folder)],
      ],
      { encoding: 'utf8', timeout: 20_000, killSignal: 'SIGKILL' },
    )
    const text = existsSync(serial) ? readFileSync(serial, 'latin1') : ''
    return { serial: text.replaceAll('\r\n', '\n'), status, stderr }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The BIOS' own answer to int 15h, AX=E820, in the lines of test/kernels/report.inc. */
export function mapLines(serial: string): string[] {
  return serial.split('\n').filter((line) => line.startsWith('map '))
}
