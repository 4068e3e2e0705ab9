/**
 * Every error that a user can meet: one code a cause, by room (1xxx image, 2xxx boot, 3xxx engine, 4xxx pool
 * and session, 5xxx Vitest and matchers, 6xxx command line). `docs/errors.md` has a section for each.
 */
export const errorTitles = {
  KT1001: 'The image could not be read',
  KT1002: 'The image does not exist',
  KT1003: 'The image is not a file',
  KT1004: 'The image may not be read by this user',
  KT1005: 'The image is empty',
  KT1006: 'The file is no image that kerneltest knows',
  KT1007: 'The ELF file is cut short',
  KT1008: 'The ELF file contradicts itself',
  KT1009: 'The ELF file is for another machine',
  KT1010: 'The ELF file is not an executable',
  KT1011: 'The file must be converted before a machine can use it',
  KT2001: 'There is no way to boot the image',
  KT2002: 'The image does not offer this boot protocol',
  KT2003: 'Part of the kernel lies outside of RAM',
  KT2004: 'A segment of the ELF file is impossible',
  KT2005: 'Two parts of the boot overlap in memory',
  KT2006: 'No memory is free for what the boot adds',
  KT2007: 'The boot protocol has no place for an option',
  KT2008: 'The kernel requires what its loader does not have',
  KT2009: 'The entry point lies in no segment',
  KT2010: 'The kernel must be linked to a fixed address',
  KT2011: 'The command line is too long',
  KT2012: 'The multiboot address fields contradict each other',
  KT2013: 'A machine option is out of range',
  KT2014: 'The Linux kernel is too old or damaged',
  KT3001: 'QEMU is not installed',
  KT3002: 'QEMU does not start',
  KT3003: 'QEMU is too old',
  KT3004: 'UEFI firmware is not installed',
  KT3005: 'QEMU refused to build the machine',
  KT3006: 'QEMU was killed by a signal',
  KT3007: 'QEMU ended by itself',
  KT3008: 'QEMU is gone',
  KT3009: 'QEMU does not answer',
  KT3011: 'There is no memory at that address',
  KT3012: 'There is no such CPU',
  KT3013: 'There is no such key',
  KT3014: 'The directory for temporary files cannot be used',
  KT3015: 'The engine cannot boot this',
  KT3016: 'The engine cannot do what was asked for',
  KT3017: 'The machine cannot have so much memory, or so little',
  KT3018: 'The boot does not fit into the memory of the machine',
  KT3030: 'The embedded engine does not run an instruction yet',
  KT3031: 'The embedded engine failed',
  KT3040: 'Memory has no hole for the QEMU loader',
  KT3050: 'A file in a drive cannot be read',
  KT3051: 'A file in a drive was written to during the run',
  KT3052: 'No drive takes the file',
  KT3053: 'The medium of a drive cannot be changed',
  KT3054: 'The guest has written too much to a disk',
  KT3060: 'The saved state is of another version',
  KT3061: 'The saved state is of another kind of machine',
  KT3062: 'The saved state is of other files',
  KT3063: 'A file of the saved state is gone',
  KT4001: 'There is no such boot option',
  KT4002: 'A boot option has a wrong value',
  KT4003: 'There is no such engine',
  KT4004: 'The image has no such symbol',
  KT4005: 'There is no such serial port',
  KT4006: 'A file beside the image could not be read',
  KT4007: 'There is no such CPU model or feature',
  KT4008: 'The machine has no such drive',
  KT4009: 'The drive is empty',
  KT4010: 'The worker thread of a machine died',
  KT4011: 'The engine did not answer in time',
  KT4012: 'The machine is closed',
  KT4013: 'The run was aborted',
  KT4014: 'The disk could not be saved',
  KT4020: 'Not decided: the limit came first',
  KT4021: 'The screen does not stand still',
  KT4022: 'The guest did not reach `until`',
  KT5001: 'There is no such expectation',
  KT5002: 'A matcher got an argument that it cannot use',
  KT5003: 'There is no such option of kernelProject',
  KT5004: 'A matcher was given something else than it looks at',
  KT5005: '`toMatchScreenshot` cannot be used so',
  KT5006: 'The guest crashed unexpectedly',
  KT5007: 'An assertion was not awaited',
  KT5020: 'A reference screenshot could not be read',
  KT5021: 'There is no record of a run',
  KT6001: 'There is no such option on the command line',
  KT6002: 'A command-line option has a wrong value',
  KT6003: 'There is no such `--expect`',
  KT6004: 'Cargo.toml could not be read',
  KT6005: 'Cargo.toml has a key that kerneltest does not know',
  KT6006: 'No image was named',
  KT6007: 'Windows is not supported',
  KT6008: 'The screenshot could not be written',
  KT6009: 'Vitest is not installed',
  KT6010: 'The report could not be written',
  KT6011: 'Standard output could not be written',
} as const

/** As `KT1002`; its section in `docs/errors.md` explains it. */
export type ErrorCode = keyof typeof errorTitles

const docsBase = 'https://github.com/kerneltest/kerneltest/blob/main/docs/errors.md'

/**
 * What crosses a thread in place of a {@link KernelTestError}: structured cloning drops the fields of an
 * Error.
 */
export interface PlainError {
  readonly code: ErrorCode
  readonly cause: string
  readonly hint: string
}

/**
 * An error with a stable code, one line of cause and one line of what to do.
 * Its message is `KT1001: cause` and, on a second line, the hint.
 */
export class KernelTestError extends Error {
  override readonly name = 'KernelTestError'
  readonly code: ErrorCode
  readonly reason: string
  readonly hint: string

  constructor(code: ErrorCode, reason: string, hint: string) {
    super(`${code}: ${reason}\n  ${hint}`)
    this.code = code
    this.reason = reason
    this.hint = hint
  }

  /** The address of the section of `docs/errors.md` that explains this code. */
  get docs(): string {
    return `${docsBase}#${this.code.toLowerCase()}`
  }

  toPlain(): PlainError {
    return { code: this.code, cause: this.reason, hint: this.hint }
  }

  static fromPlain(plain: PlainError): KernelTestError {
    return new KernelTestError(plain.code, plain.cause, plain.hint)
  }
}
