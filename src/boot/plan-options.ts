import type { BootProtocol, CpuOptions, ExitPort, MachineShape } from './plan.ts'

/** How to boot an image. Null stands for a default that depends on the image. */
export interface PlanOptions {
  /** Null: the first way of `bootWays`. */
  readonly protocol: BootProtocol | null
  readonly machine: MachineShape
  /** Null: 128, and 256 with UEFI. */
  readonly memoryMiB: number | null
  readonly cpus: number
  readonly cpu: CpuOptions
  /** For disks and ISOs. Null: `bios`, unless the image is for UEFI alone. */
  readonly firmware: Firmware | null
  /** Null: empty. */
  readonly commandLine: string | null
  /** For multiboot and PVH; Linux takes one, its initrd. */
  readonly modules: readonly BootModule[]
  /** Paths of further disks. */
  readonly disks: readonly string[]
  /** What is in further drives for floppy disks, and for CDs: a path, or null for an empty one. */
  readonly floppies: readonly (string | null)[]
  readonly cds: readonly (string | null)[]
  /** Ids of drives, first tried first. Null: the image alone. */
  readonly bootOrder: readonly string[] | null
  /**
   * Null: none. Undefined: 0xf4, 4 bytes wide; for Linux none, because it would take the device for a serial
   * port.
   */
  readonly exitPort: ExitPort | null | undefined
  /** Null: none. */
  readonly debugConsole: number | null
  /** See {@link BootPlan}; null: the usual one. */
  readonly startTime: string | null
}

export type Firmware = 'bios' | 'uefi'

/** A file that the boot loader puts beside the kernel. */
export interface BootModule {
  readonly name: string
  readonly bytes: Uint8Array
  readonly commandLine: string
}
