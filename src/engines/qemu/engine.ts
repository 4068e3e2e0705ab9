import { copyFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { BootPlan } from '../../boot/plan.ts'
import type { EventSink } from '../../observe/event.ts'
import type { OutputPort } from '../../observe/output.ts'
import { KernelTestError } from '../../support/errors.ts'
import type { Engine, EngineReport, Machine } from '../engine.ts'
import { qemuArguments, serialPortsOf } from './arguments.ts'
import { findOvmf, requireOvmf } from './find-ovmf.ts'
import { findQemu, identifyQemu, isTooOld, locateQemu } from './find-qemu.ts'
import { installCommand } from './install-hint.ts'
import { fileNames } from './layout.ts'
import { LiveQemu } from './live-qemu.ts'
import { makeLoader } from './loader/make-loader.ts'
import { QemuMachine } from './machine.ts'
import { isQemuGone } from './monitor.ts'
import { copyOwnMedia } from './own-media.ts'
import { makeMachineDirectory, QemuProcess } from './process.ts'

/** QEMU 7.2 or newer, with TCG. */
export const qemuEngine: Engine = { name: 'qemu', probe, open }

async function probe(): Promise<EngineReport> {
  const missing: { what: string; hint: string }[] = []
  const qemu = await findQemu().catch((error: unknown) => {
    const isKnown = error instanceof KernelTestError
    missing.push({
      what: isKnown ? error.reason : String(error),
      hint: isKnown ? error.hint : `Reinstall QEMU (${installCommand('qemu')}).`,
    })
    return null
  })
  if (findOvmf(qemu?.path ?? null) === null) {
    missing.push({
      what: 'UEFI firmware (OVMF), for images that boot by UEFI',
      hint: `Install it (${installCommand('ovmf')}).`,
    })
  }
  return {
    name: 'qemu',
    usable: qemu !== null,
    version: qemu?.version ?? null,
    path: qemu?.path ?? null,
    capabilities: [],
    missing,
  }
}

async function open(plan: BootPlan, sink: EventSink, signal: AbortSignal): Promise<Machine> {
  signal.throwIfAborted()
  if (plan.machine.memoryMiB < leastMemoryMiB) throw tooSmall(plan.machine.memoryMiB)
  const executable = locateQemu()
  const process = start(plan, executable)
  const kill = () => process.kill()
  signal.addEventListener('abort', kill)
  void process.ended.then(() => signal.removeEventListener('abort', kill))
  const ports = outputPorts(plan)
  const machine = new QemuMachine(plan, sink, signal, (listener) => new LiveQemu(process, ports, listener))
  try {
    if (!isTooOld(await machine.ready)) return machine
  } catch (error) {
    if (!isQemuGone(error)) throw error
  }
  const { engineLog } = await machine.close()
  signal.throwIfAborted()
  // One that is broken or too old has an error of its own.
  await identifyQemu(executable)
  throw refused(engineLog)
}

function start(plan: BootPlan, executable: string): QemuProcess {
  const isUefi = plan.start.kind === 'firmware' && plan.start.firmware === 'uefi'
  const ovmf = isUefi ? requireOvmf(executable) : null
  const loader = plan.start.kind === 'direct' ? makeLoader(plan.start, plan.machine.memoryMiB) : null
  let onDisks = plan
  const directory = makeMachineDirectory((fresh) => {
    onDisks = copyOwnMedia(plan, fresh)
    if (loader) writeFileSync(join(fresh, fileNames.loader), loader)
    if (ovmf) copyFileSync(ovmf.variables, join(fresh, fileNames.variables))
  })
  return new QemuProcess(executable, qemuArguments(onDisks, ovmf?.code ?? null), directory)
}

function outputPorts(plan: BootPlan): readonly OutputPort[] {
  const serial = serialPortsOf(plan)
  return plan.ports.debugConsole === null ? serial : [...serial, 'debugConsole']
}

/** SeaBIOS does not start with less. */
const leastMemoryMiB = 4

function tooSmall(memoryMiB: number): KernelTestError {
  return new KernelTestError(
    'KT3017',
    `QEMU's firmware needs a machine with ${leastMemoryMiB} MiB of memory or more, not ${memoryMiB}`,
    'Give the machine more memory (option memory), or use the engine embedded.',
  )
}

function refused(engineLog: string): KernelTestError {
  const words = engineLog.trim() || 'it said nothing'
  return new KernelTestError(
    'KT3005',
    `QEMU refused to build the machine: ${words}`,
    'Check the boot options; most often memory, disks or ports are more than QEMU or this host can do.',
  )
}
