import { closeSync, openSync, readdirSync, readlinkSync, readSync } from 'node:fs'
import { join } from 'node:path'
import type { MachineOptions } from '../../boot/plan.ts'
import type { MemoryBackend } from './arguments.ts'
import type { ExitDevice } from './exit-device.ts'
import { fileNames } from './layout.ts'
import { savePhysical } from './memory-file.ts'
import type { Monitor } from './monitor.ts'
import type { QemuProcess } from './process.ts'

/**
 * Where the guest's memory must be for it to outlive QEMU. Linux keeps it in an anonymous file of the kernel's, so that
 * neither a small /dev/shm (64 MB in containers) nor a slow disk matters.
 */
export function memoryBackendFor(exitDevice: ExitDevice): MemoryBackend {
  if (exitDevice !== 'real') return 'private'
  return process.platform === 'linux' ? 'memfd' : 'file'
}

const mib = 1 << 20
const fourGib = 4096 * mib
/** What the CPU sees in place of RAM: video memory, and firmware that may be shadowed. */
const lowWindow = { start: 0xa0000, end: 0x100000 }

/** The guest's physical memory as it was, in a file that we hold open. */
export class KeptMemory {
  readonly #descriptor: number
  readonly #sizeMiB: number
  readonly #lowMiB: number
  readonly #window: Uint8Array

  constructor(descriptor: number, machine: MachineOptions, window: Uint8Array) {
    this.#descriptor = descriptor
    this.#sizeMiB = machine.memoryMiB
    this.#lowMiB = lowMemoryMiB(machine)
    this.#window = window
  }

  /** Null: part of it is not RAM. */
  read(address: bigint, length: number): Uint8Array | null {
    const bytes = new Uint8Array(length)
    for (let done = 0; done < length; ) {
      const part = this.#readPart(address + BigInt(done), bytes.subarray(done))
      if (part === 0) return null
      done += part
    }
    return bytes
  }

  close(): void {
    closeSync(this.#descriptor)
  }

  /** Reads to the end of `bytes` or of what lies together; answers how much that was. */
  #readPart(address: bigint, bytes: Uint8Array): number {
    if (address >= BigInt(fourGib) + BigInt(this.#sizeMiB - this.#lowMiB) * BigInt(mib)) return 0
    const at = Number(address)
    if (at >= lowWindow.start && at < lowWindow.end) {
      const part = this.#window.subarray(at - lowWindow.start, at - lowWindow.start + bytes.length)
      bytes.set(part)
      return part.length
    }
    const lowEnd = this.#lowMiB * mib
    if (at >= lowEnd && at < fourGib) return 0
    const high = at >= fourGib
    const end = high ? Number.POSITIVE_INFINITY : at < lowWindow.start ? lowWindow.start : lowEnd
    const position = high ? at - fourGib + lowEnd : at
    return readSync(this.#descriptor, bytes, 0, Math.min(bytes.length, end - at), position)
  }
}

/** How much of the memory is below 4 GiB (QEMU hw/i386/pc_piix.c and pc_q35.c, pc_init1 and pc_q35_init). */
function lowMemoryMiB({ shape, memoryMiB }: MachineOptions): number {
  const { most, split } = shape === 'pc' ? { most: 3584, split: 3072 } : { most: 2816, split: 2048 }
  return memoryMiB < most ? memoryMiB : split
}

/** Takes hold of the guest's memory before QEMU ends. The machine must stand still. Null: it cannot be found. */
export async function keepMemory(
  monitor: Monitor,
  qemu: QemuProcess,
  machine: MachineOptions,
): Promise<KeptMemory | null> {
  const size = lowWindow.end - lowWindow.start
  const window = await savePhysical(monitor, qemu.directory, BigInt(lowWindow.start), size)
  const path =
    memoryBackendFor('real') === 'memfd' ? findMemfd(qemu.id) : join(qemu.directory, fileNames.memory)
  return path === null ? null : new KeptMemory(openSync(path, 'r'), machine, window)
}

function findMemfd(processId: number): string | null {
  const directory = `/proc/${processId}/fd`
  for (const name of readdirSync(directory)) {
    const path = join(directory, name)
    if (linkText(path).startsWith('/memfd:memory-backend')) return path
  }
  return null
}

/** QEMU may close a descriptor between the listing and the look. */
function linkText(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    return ''
  }
}
