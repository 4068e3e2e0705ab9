/**
 * What to do with an image: plain data, made by `boot/`, understood by every engine, cloneable across threads.
 * A plan answers "what state", never "how".
 */
export interface BootPlan {
  readonly machine: MachineOptions
  readonly start: DirectStart | FirmwareStart
  /** Attached read-only with a throw-away overlay: the user's file is never written. */
  readonly media: readonly Medium[]
  readonly ports: {
    /** Null: no isa-debug-exit device. */
    readonly exit: ExitPort | null
    readonly debugConsole: number | null
  }
  readonly provenance: Provenance
}

export interface MachineOptions {
  readonly shape: MachineShape
  readonly memoryMiB: number
  readonly cpus: number
}

export type MachineShape = 'pc' | 'q35'

export interface ExitPort {
  readonly port: number
  readonly size: 1 | 2 | 4
}

/** The CPU wakes up in a named state with memory already written: no firmware of the guest's runs. */
export interface DirectStart {
  readonly kind: 'direct'
  readonly memory: readonly (MemoryWrite | MemoryMapHole)[]
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
 * A place for the memory map of the machine that runs, which only the engine knows: it writes the map at `at` in `format`.
 * See `memory-map.ts` for the encodings.
 */
export interface MemoryMapHole {
  readonly kind: 'memoryMap'
  readonly at: bigint
  readonly format: MemoryMapFormat
  /** Entries that fit. */
  readonly capacity: number
}

export type MemoryMapFormat = 'multiboot1' | 'multiboot2' | 'pvh' | 'linux'

/** The CPU at the first instruction of the kernel. Registers not named are 0; RFLAGS is 2. */
export interface EntryState {
  readonly mode: 'protected32' | 'long64'
  readonly rip: bigint
  readonly registers: Partial<Record<GeneralRegister, bigint>>
  /** Page tables for `long64`; ignored in `protected32`, where paging is off. */
  readonly cr3: bigint
}

export type GeneralRegister = 'rax' | 'rbx' | 'rcx' | 'rdx' | 'rsi' | 'rdi' | 'rbp' | 'rsp'

/** The machine starts as a PC does: its firmware looks for something to boot. */
export interface FirmwareStart {
  readonly kind: 'firmware'
  readonly firmware: 'bios' | 'uefi'
  /** Ids of media, first tried first. */
  readonly bootOrder: readonly string[]
}

export interface Medium {
  readonly id: string
  readonly kind: 'disk' | 'cdrom' | 'floppy'
  readonly path: string
}

/** Where the plan came from, for reports and `inspect`. */
export interface Provenance {
  readonly image: string
  readonly sha256: string
  readonly protocol: BootProtocol
  readonly notes: readonly string[]
}

export type BootProtocol = 'multiboot1' | 'multiboot2' | 'pvh' | 'elf64' | 'linux' | 'disk' | 'iso'
