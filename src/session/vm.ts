import type { AddressSpace } from '../observe/address-space.ts'
import type { Condition, Pattern, ScreenPattern } from '../observe/condition.ts'
import type { Ending } from '../observe/ending.ts'
import type { MouseButton } from '../observe/input.ts'
import type { Instant } from '../observe/instant.ts'
import type { BadSectors, ByteRange } from '../observe/medium-state.ts'
import type { SerialPort } from '../observe/output.ts'
import type { OutputLog } from '../observe/output-log.ts'
import type { Registers } from '../observe/registers.ts'
import type { Screen } from '../observe/screen.ts'
import type { TimelineEvent } from '../observe/timeline.ts'

/**
 * A running machine, as a test holds it. Guest time passes only inside a wait (`run`, `press`, `type`, a
 * waiting matcher); afterwards the machine stands still there: exactly for an address, on QEMU within some
 * milliseconds for a text.
 */
export interface Vm {
  readonly serial: SerialHandle
  readonly debugConsole: OutputHandle
  readonly screen: ScreenHandle
  readonly pageTables: PageTablesHandle
  readonly memory: MemoryHandle
  readonly registers: RegistersHandle
  /** How the run ended; null while it has not. */
  readonly ending: Ending | null
  now(): Promise<Instant>
  /** Runs until `until` holds, the run ends or the limit; without `until`, to the ending. */
  run(options?: { readonly until?: Until }): Promise<Ending>
  /**
   * Presses keys, each a name as `enter` or `ctrl+alt+del`, and lets the guest run for the settling time.
   */
  press(...keys: readonly string[]): Promise<void>
  /** Types a text on the keyboard (US layout). */
  type(text: string): Promise<void>
  readonly mouse: MouseHandle
  /** Presses the power button, and lets the guest run for the settling time. */
  pressPower(): Promise<void>
  /**
   * Puts another medium into a drive for floppy disks or CDs, while the guest stands still; null takes out
   * what is in it. `drive`: `boot` for the one that the image is in, `floppy1`, `cd1` for those of the
   * options.
   */
  changeDisk(drive: string, path: string | null): Promise<void>
  /** What is in a drive, named as for {@link changeDisk}; `disk1` for the first of the option `disks`. */
  disk(drive: string): DiskHandle
  /** What happened last in the machine, in order: at most 256 events. Only on `embedded`. */
  timeline(): Promise<readonly TimelineEvent[]>
  /** Runs to the ending and answers it. */
  end(): Promise<Ending>
  /** Ends the machine. Fixtures call it; it may be called twice. */
  close(): Promise<void>
}

/**
 * A symbol's name or a linear address; a text on the first serial port; a text on the screen; the guest waits
 * for a key (`embedded` only).
 */
export type Until =
  | string
  | bigint
  | { readonly serial: Pattern }
  | { readonly screen: Pattern | ScreenPattern }
  | { readonly waitsForKey: true }
  | { readonly condition: Condition }

/** What the guest prints on one port. */
export interface OutputHandle {
  /** Everything printed so far. */
  readonly log: OutputLog
  /** Where `toPrint` searches from: it moves past each match, and may be set back. */
  cursor: number
  /** The lines printed so far, without their ends. */
  readonly lines: readonly string[]
}

/** The first serial port, and the way to the others. */
export interface SerialHandle extends OutputHandle {
  port(name: SerialPort): SerialHandle
  /** Sends text or bytes to the guest. */
  send(data: string | Uint8Array): Promise<void>
}

/** The display. */
export interface ScreenHandle {
  read(): Promise<Screen>
  /** The text screen's rows, blanks at their ends removed; empty in graphics modes. */
  lines(): Promise<readonly string[]>
  /** The picture on the monitor, of a text mode too: in the guest's own font and colors. */
  frame(): Promise<Frame>
}

/** What a monitor shows at one instant. */
export interface Frame {
  readonly width: number
  readonly height: number
  /** RGBA, 8 bits each, row by row, alpha always 255. */
  readonly pixels: Uint8Array
  /** Of the pixels, in hexadecimal digits. */
  readonly sha256: string
}

/**
 * The mouse: PS/2, with three buttons and a wheel. Each call lets the guest run for the settling time; guests
 * that have not enabled the mouse see none of it.
 */
export interface MouseHandle {
  /** So many counts to the right and down. */
  move(x: number, y: number): Promise<void>
  /** Buttons together, down and up again. */
  press(...buttons: readonly MouseButton[]): Promise<void>
  /** Down, until {@link up}: for drawing with the mouse. */
  down(...buttons: readonly MouseButton[]): Promise<void>
  up(...buttons: readonly MouseButton[]): Promise<void>
  /** Steps of the wheel, away from the user. */
  scroll(steps: number): Promise<void>
}

/** A disk as the guest sees it: its file, and over it what the guest has written. Bytes. */
export interface DiskHandle {
  /** As far as there are any. */
  read(at: number, length: number): Promise<Uint8Array>
  /** What the guest has written, in whole sectors, in ascending order. */
  written(): Promise<readonly ByteRange[]>
  /** Writes all of it to a new file, or over another one; never over the one that is in the drive. */
  save(path: string): Promise<void>
  /** From now on the guest cannot read these sectors, and no others; without any it can read all. */
  failReads(...sectors: readonly BadSectors[]): Promise<void>
}

/** The page tables that CR3 points to at the moment of reading. */
export interface PageTablesHandle {
  read(): Promise<AddressSpace>
}

/** The registers of each CPU; CPU 0 if none is named. */
export interface RegistersHandle {
  read(cpu?: number): Promise<Registers>
}

/**
 * Memory, read and written without side effects while the guest stands still. Addresses and lengths are
 * bytes.
 */
export interface MemoryHandle {
  /** Through the current page tables; `{ physical: true }` bypasses them. */
  read(address: bigint, length: number, options?: { readonly physical?: boolean }): Promise<Uint8Array>
  write(address: bigint, bytes: Uint8Array, options?: { readonly physical?: boolean }): Promise<void>
}
