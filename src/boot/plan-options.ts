import type { BootProtocol, ExitPort, MachineShape } from './plan.ts'

/** How to boot an image. Everything has a default. */
export interface PlanOptions {
  /** Default: the first that the image offers. */
  readonly protocol?: BootProtocol
  /** Default `pc`. */
  readonly machine?: MachineShape
  /** Default 128; 256 with UEFI. */
  readonly memoryMiB?: number
  /** Default 1. */
  readonly cpus?: number
  /** For disks and ISOs. Default `bios`. */
  readonly firmware?: 'bios' | 'uefi'
  readonly commandLine?: string
  /** For multiboot and PVH; Linux takes one, its initrd. */
  readonly modules?: readonly BootModule[]
  /** Paths of further disks. */
  readonly disks?: readonly string[]
  /** Default 0xf4, 4 bytes wide; for Linux null, because it takes the device for a serial port. */
  readonly exitPort?: ExitPort | null
  /** Default 0xe9. */
  readonly debugConsole?: number | null
}

/** A file that the boot loader puts beside the kernel. */
export interface BootModule {
  readonly name: string
  readonly bytes: Uint8Array
  readonly commandLine: string
}
