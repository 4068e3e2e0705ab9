import type { Line, SavedChip } from '../bus/chip.ts'
import { type IdeDrive, isSecond, type SavedDrive } from './ide-drive.ts'
import { deviceBits, type TaskFile, taskRegisters, withByte } from './task-file.ts'

const offset = { data: 0, error: 1, device: 6, status: 7, control: 8 } as const
const control = { noInterrupts: 2, reset: 4, high: 0x80 } as const
const executeDiagnostics = 0x90

export interface SavedIdeChannel {
  readonly device: number
  readonly control: number
  readonly drives: readonly (SavedDrive<unknown> | null)[]
}

/**
 * One cable of an IDE controller: two places for drives, the command block at offsets 0 to 7, and at 8 the
 * alternate status and device control register (ATA/ATAPI-6, section 7). Both drives hear what is written,
 * the selected one answers.
 */
export class IdeChannel implements SavedChip<SavedIdeChannel> {
  readonly #drives: (IdeDrive<unknown> | null)[] = [null, null]
  readonly #line: Line
  #device = 0
  #control = 0

  constructor(line: Line) {
    this.#line = line
  }

  /** Puts a drive on the cable, or takes it off, while nothing runs: `place` 0 is the first of the two. */
  connect(place: 0 | 1, drive: IdeDrive<unknown> | null): void {
    this.#drives[place] = drive
    if (drive) drive.onInterrupt = () => this.#drive()
    this.reset()
  }

  reset(): void {
    this.#device = 0
    this.#control = 0
    for (const drive of this.#drives) drive?.reset()
    this.#drive()
  }

  read(at: number, size: number): number {
    const drive = this.#selected
    if (at === offset.data) return drive?.readData(size) ?? 0
    if (size > 1) return this.#readBytes(at, size)
    const value = this.peek(at)
    if (at === offset.status) drive?.acknowledge()
    return value
  }

  /** The data register has no value that can be looked at. */
  peek(at: number): number {
    const file = this.#selected?.taskFile
    // An empty cable is pulled down: status 0, as hosts look for it.
    if (!file) return at === offset.device ? this.#device | deviceBits.obsolete : 0
    switch (at) {
      case offset.data:
        return 0
      case offset.error:
        return file.error
      case offset.device:
        return file.device | deviceBits.obsolete
      case offset.status:
      case offset.control:
        return file.status
      default:
        return this.#half(file[taskRegisters[at - offset.error] ?? 'count'])
    }
  }

  write(at: number, size: number, value: number): void {
    if (at === offset.data) this.#selected?.writeData(size, value)
    else if (size > 1) this.#writeBytes(at, size, value)
    else if (at === offset.control) this.#writeControl(value)
    else if (at === offset.status) this.#command(value)
    else this.#writeFile(at, value)
  }

  save(): SavedIdeChannel {
    return {
      device: this.#device,
      control: this.#control,
      drives: this.#drives.map((drive) => drive?.save() ?? null),
    }
  }

  load(state: SavedIdeChannel): void {
    this.#device = state.device
    this.#control = state.control
    for (const [index, saved] of state.drives.entries()) {
      if (saved) this.#drives[index]?.load(saved)
    }
  }

  /** Only the data register is wider than a byte. */
  #readBytes(at: number, size: number): number {
    let value = 0
    for (let byte = 0; byte < size; byte++) value += this.read(at + byte, 1) * 2 ** (8 * byte)
    return value
  }

  #writeBytes(at: number, size: number, value: number): void {
    for (let byte = 0; byte < size; byte++) this.write(at + byte, 1, (value >>> (8 * byte)) & 0xff)
  }

  get #selected(): IdeDrive<unknown> | null {
    return this.#drives[isSecond(this.#device) ? 1 : 0] ?? null
  }

  /** Device control's HOB bit shows the bytes that were written before the last ones. */
  #half(value: number): number {
    return this.#control & control.high ? value >> 8 : value & 0xff
  }

  #writeFile(at: number, value: number): void {
    this.#control &= ~control.high
    if (at === offset.device) this.#device = value
    const name = taskRegisters[at - offset.error]
    for (const drive of this.#drives) {
      if (!drive) continue
      const file: TaskFile = drive.taskFile
      drive.taskFile = name ? withByte(file, name, value) : { ...file, device: value }
    }
    this.#drive()
  }

  #writeControl(value: number): void {
    const ends = (this.#control & control.reset) !== 0 && (value & control.reset) === 0
    this.#control = value
    if (ends) this.#softReset()
    this.#drive()
  }

  #softReset(): void {
    this.#device = 0
    for (const drive of this.#drives) drive?.reset()
  }

  /**
   * Takes back an interrupt that waits. Diagnostics are for both drives, everything else for the selected
   * one.
   */
  #command(code: number): void {
    this.#control &= ~control.high
    this.#selected?.acknowledge()
    if (code !== executeDiagnostics) {
      this.#selected?.command(code)
      return
    }
    this.#softReset()
    this.#selected?.command(code)
  }

  #drive(): void {
    const isAllowed = (this.#control & control.noInterrupts) === 0
    this.#line.set(isAllowed && (this.#selected?.wantsInterrupt ?? false))
  }
}
