/**
 * What to do with an image: plain data, made by `boot/`, understood by every engine, cloneable across
 * threads. A plan answers "what state", never "how".
 */
export interface BootPlan {
  readonly machine: MachineOptions
  readonly cpu: CpuOptions
  readonly start: DirectStart | FirmwareStart
  /** Attached read-only with a throw-away overlay: the user's file is never written. */
  readonly media: readonly Medium[]
  readonly ports: {
    /** Null: no isa-debug-exit device. */
    readonly exit: ExitPort | null
    readonly debugConsole: number | null
  }
  /** What the real-time clock shows at power-on, as `2024-02-29T23:59:30`; else {@link usualStartTime}. */
  readonly startTime?: string
  readonly provenance: Provenance
}

/** The same in every run. */
export const usualStartTime = '2020-01-01T12:00:00'

export interface MachineOptions {
  readonly shape: MachineShape
  readonly memoryMiB: number
  readonly cpus: number
}

/** The processor, as far as it is a choice. */
export interface CpuOptions {
  /** Null: the engine's own, `x86-64-v2` on the embedded one, `max` on QEMU. */
  readonly model: CpuModel | null
  /** Switched on or off, whatever the model says. */
  readonly features: Readonly<Partial<Record<CpuFeature, boolean>>>
  /** Where the random numbers begin that RDRAND answers; null: the engine's choice. */
  readonly seed: number | null
}

/**
 * `x86-64-v2`: that level of the psABI (SSE4.2, POPCNT, CMPXCHG16B) with the system features of its age.
 * `max`:
 * all that QEMU can do.
 */
export type CpuModel = (typeof cpuModels)[number]
export const cpuModels = ['x86-64-v2', 'max'] as const

/**
 * By the names of QEMU. `la57`: 5-level paging. `pku`: protection keys of user pages. `aes`, `pclmulqdq`,
 * `sha-ni`: the instructions for cryptography.
 */
export type CpuFeature = (typeof cpuFeatures)[number]
export const cpuFeatures = ['la57', 'pku', 'aes', 'pclmulqdq', 'sha-ni'] as const

export type MachineShape = 'pc' | 'q35'

export interface ExitPort {
  readonly port: number
  readonly size: 1 | 2 | 4
}

/**
 * The CPU wakes up in a named state with memory already written. The rest of the machine is as a BIOS leaves
 * it after its self-test, with the A20 gate open and the 80 × 25 text screen cleared, its cursor at home.
 */
export interface DirectStart {
  readonly kind: 'direct'
  /** Written in this order. Writes and maps overlap nowhere; facts lie inside writes. */
  readonly memory: readonly (MemoryWrite | MemoryMapHole | MachineFactHole)[]
  readonly cpu: EntryState
}

/** `bytes` at physical `at`, followed by zeros up to `size` (an ELF segment's p_memsz). */
export interface MemoryWrite {
  readonly kind: 'bytes'
  readonly at: bigint
  readonly bytes: Uint8Array
  readonly size: number
  /** For notes and errors: `segment 0`, `page tables`, `command line`… */
  readonly what: string
}

/**
 * A place for the memory map of the machine that runs, which only the engine knows: it writes the map at `at`
 * in `format`. A plan has at most one. See `memory-map.ts` for the formats.
 */
export interface MemoryMapHole {
  readonly kind: 'memoryMap'
  readonly at: bigint
  readonly format: MemoryMapFormat
  /** Entries that fit; a longer map is cut. */
  readonly capacity: number
}

export type MemoryMapFormat = 'multiboot1' | 'multiboot2' | 'pvh' | 'linux'

/** A place for something else that only the engine knows. */
export interface MachineFactHole {
  readonly kind: 'fact'
  readonly at: bigint
  readonly fact: MachineFact
  /** Bytes to write, little-endian. */
  readonly size: number
  /** Added to a fact that is a number; such a fact has 4 bytes when this is not 0. */
  readonly plus: number
}

/**
 * - `mapEntries`, `mapBytes`: of the map in the plan's memory map hole, as far as it fits there.
 * - `lowerKiB`: size of the available entry that begins at 0. `upperKiB`: what the available entry around 1
 *   MiB has from 1 MiB on. Both as multiboot's mem_lower and mem_upper.
 * - `rsdpAddress`: where ACPI's root pointer is. `rsdp`: its first 20 bytes, all that ACPI 1.0 defines.
 */
export type MachineFact = 'mapEntries' | 'mapBytes' | 'lowerKiB' | 'upperKiB' | 'rsdpAddress' | 'rsdp'

/**
 * The CPU at the first instruction of the kernel. General registers not named are 0, RFLAGS is 2 (interrupts
 * off), IDTR has base and limit 0, LDTR is null, CS is `gdt.code` and every other segment register
 * `gdt.data`.
 */
export interface EntryState {
  readonly mode: 'protected32' | 'long64'
  readonly rip: bigint
  readonly registers: Partial<Record<GeneralRegister, bigint>>
  readonly cr0: number
  /**
   * In `long64` the tables map all RAM below 4 GiB one to one, writable and executable; engines rely on it.
   */
  readonly cr3: bigint
  readonly cr4: number
  /** As written: LMA is the CPU's to set. */
  readonly efer: number
  readonly gdt: EntryGdt
}

/** Where GDTR points, and the selectors in use. `task` is 0 when TR is not loaded. */
export interface EntryGdt {
  readonly base: bigint
  readonly limit: number
  readonly code: number
  readonly data: number
  readonly task: number
}

export type GeneralRegister = 'rax' | 'rbx' | 'rcx' | 'rdx' | 'rsi' | 'rdi' | 'rbp' | 'rsp'

/** The machine starts as a PC does: its firmware looks for something to boot. */
export interface FirmwareStart {
  readonly kind: 'firmware'
  readonly firmware: 'bios' | 'uefi'
  /** Ids of media, first tried first. */
  readonly bootOrder: readonly string[]
}

/** A drive and what is in it. */
export interface Medium {
  readonly id: string
  readonly kind: 'disk' | 'cdrom' | 'floppy'
  /** Null: the drive is empty. A hard disk is not. */
  readonly path: string | null
}

/** Where the plan came from, for reports and `inspect`. */
export interface Provenance {
  readonly image: string
  readonly protocol: BootProtocol
  readonly notes: readonly string[]
}

export type BootProtocol = 'multiboot1' | 'multiboot2' | 'pvh' | 'elf64' | 'linux' | 'disk' | 'floppy' | 'iso'
