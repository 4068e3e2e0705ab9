import { readFileSync } from 'node:fs'
import type { BootPlan, DirectStart, GeneralRegister } from '../../src/boot/plan.ts'
import { kernel } from '../kernels/build.ts'

export interface OpenOptions {
  readonly registers?: Partial<Record<GeneralRegister, bigint>>
  readonly machine?: Partial<BootPlan['machine']>
  readonly cpu?: Partial<BootPlan['cpu']>
  readonly ports?: Partial<BootPlan['ports']>
  readonly start?: BootPlan['start']
  readonly media?: BootPlan['media']
  readonly startTime?: string
}

const entry = 0x100000n

/** `test/kernels/<name>.asm`, flat 32-bit code at 1 MiB. */
export function kernelPlan(name: string, options: OpenOptions = {}): BootPlan {
  return planOf(startOf(readFileSync(kernel(name)), options.registers ?? {}), options)
}

/** Flat 32-bit code at 1 MiB, as bytes. */
export function codePlan(code: readonly number[], options: OpenOptions = {}): BootPlan {
  return planOf(startOf(Uint8Array.from(code), options.registers ?? {}), options)
}

export function planOf(start: BootPlan['start'], options: OpenOptions = {}): BootPlan {
  return {
    machine: { shape: 'pc', memoryMiB: 128, cpus: 1, ...options.machine },
    cpu: { model: null, features: {}, seed: null, ...options.cpu },
    start,
    media: options.media ?? [],
    ports: { exit: { port: 0xf4, size: 4 }, debugConsole: 0xe9, ...options.ports },
    ...(options.startTime !== undefined && { startTime: options.startTime }),
    provenance: { image: 'kernel.bin', protocol: 'multiboot1', notes: [] },
  }
}

/** Flat 32-bit segments, paging off, as multiboot has it. */
function startOf(code: Uint8Array, registers: Partial<Record<GeneralRegister, bigint>>): DirectStart {
  const gdt = new Uint8Array(new BigUint64Array([0n, 0x00cf9b000000ffffn, 0x00cf93000000ffffn]).buffer)
  return {
    kind: 'direct',
    memory: [
      { kind: 'bytes', at: entry, bytes: code, size: code.length, what: 'code' },
      { kind: 'bytes', at: 0x80000n, bytes: gdt, size: gdt.length, what: 'descriptor table' },
    ],
    cpu: {
      mode: 'protected32',
      rip: entry,
      registers,
      cr0: 0x11,
      cr3: 0n,
      cr4: 0,
      efer: 0,
      gdt: { base: 0x80000n, limit: gdt.length - 1, code: 8, data: 16, task: 0 },
    },
  }
}
