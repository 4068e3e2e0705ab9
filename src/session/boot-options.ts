import type { BootProtocol, CpuFeature, CpuModel, MachineShape } from '../boot/plan.ts'
import type { EngineChoice } from './choose-engine.ts'
import type { Until } from './vm.ts'

/**
 * How to boot an image. Everything has a default; durations are milliseconds or a text as `500ms`, `30s`,
 * `2m`.
 */
export interface BootOptions {
  /**
   * Default: KERNELTEST_ENGINE, else `auto`: `embedded`, which needs nothing installed, wherever that can run
   * the image.
   */
  readonly engine?: EngineChoice
  /** Default `pc`. */
  readonly machine?: MachineShape
  /** MiB, or a text as `512M`, `2G`. Default 128; 256 with UEFI. */
  readonly memory?: number | string
  /** How many processors. Default 1. */
  readonly cpus?: number
  /** What they can do. Default: the engine's own choice. */
  readonly cpu?: {
    /** `x86-64-v2` on both engines; `max`, all that QEMU can do, is QEMU's default. */
    readonly model?: CpuModel
    /** Features that are on or off whatever the model says: `+la57`, `-pku`. */
    readonly features?: readonly `${'+' | '-'}${CpuFeature}`[]
    /** Where the random numbers of RDRAND begin: the same with the same seed. Default 0 on `embedded`. */
    readonly seed?: number
  }
  /** For disks and ISOs. Default `bios`. */
  readonly firmware?: 'bios' | 'uefi'
  /** Which of the image's boot contracts to use. Default: the first that `kerneltest inspect` names. */
  readonly protocol?: BootProtocol
  readonly commandLine?: string
  /** Multiboot modules; for Linux the first is the initrd. A path, or a path with its command line. */
  readonly modules?: readonly (string | { readonly path: string; readonly commandLine?: string })[]
  /** Further disks, by path. */
  readonly disks?: readonly string[]
  /** What is in further drives for floppy disks, by path; null is an empty one. */
  readonly floppies?: readonly (string | null)[]
  /** The same for CDs. */
  readonly cds?: readonly (string | null)[]
  /**
   * Drives in the order in which the firmware tries them, by name: `boot` is the one with the image, `disk1`,
   * `floppy1` and `cd1` are the first further ones. Others are not tried. Default `['boot']`.
   */
  readonly bootOrder?: readonly string[]
  /** The isa-debug-exit port. Default 0xf4, size 4 (for Linux: none); `false` for none. */
  readonly exitPort?: number | { readonly port: number; readonly size: 1 | 2 | 4 } | false
  /** Default 0xe9. */
  readonly debugConsole?: number | false
  /** What the real-time clock shows at power-on, as `2024-02-29T23:59:30`. Default `2020-01-01T12:00:00`. */
  readonly startTime?: string
  /** Run to here and pause before the test goes on. */
  readonly until?: Until
  /**
   * Guest time since power-on, over the whole life of the machine. Default: KERNELTEST_LIMIT, else 30 s, 60 s
   * with UEFI.
   */
  readonly limit?: number | string
  /** How long a screen must stand still before it is compared. Default 250 ms; 100 ms on `embedded`. */
  readonly settle?: number | string
}
