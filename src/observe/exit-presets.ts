import { hex } from '../support/hex.ts'

/** What a project writes to isa-debug-exit. */
export interface ExitPreset {
  /** Who uses it, as messages name it. */
  readonly users: string
  readonly pass: ExitCode
  readonly others: readonly ExitCode[]
}

export interface ExitCode {
  readonly value: number
  readonly meaning: string
}

export type PresetName = 'blog_os' | 'ostd' | 'kvm-unit-tests' | 'uefi-rs' | 'hermit'

/** The value that says "all is well" where nobody says otherwise: blog_os', and the most used. */
export const successValue = 0x10

/**
 * The conventions of known projects, read in their sources. They contradict each other (0 and 1 mean both things),
 * so none but the default is ever assumed.
 */
export const presets: Readonly<Record<PresetName, ExitPreset>> = {
  blog_os: {
    users: 'blog_os and bootimage',
    pass: { value: 0x10, meaning: 'success' },
    others: [{ value: 0x11, meaning: 'failure' }],
  },
  ostd: {
    users: 'OSTD (Asterinas)',
    pass: { value: 0x10, meaning: 'success' },
    others: [{ value: 0x20, meaning: 'failure' }],
  },
  'kvm-unit-tests': {
    users: 'kvm-unit-tests',
    pass: { value: 0, meaning: 'success' },
    others: [
      { value: 1, meaning: 'failure' },
      { value: 38, meaning: 'all tests skipped' },
      { value: 63, meaning: 'abort' },
    ],
  },
  'uefi-rs': {
    users: 'uefi-rs',
    pass: { value: 1, meaning: 'success' },
    others: [],
  },
  hermit: {
    users: 'Hermit',
    pass: { value: 1, meaning: 'success' },
    others: [{ value: 0, meaning: 'failure' }],
  },
}

/** `0x11 means failure in blog_os and bootimage`; null for a value that no known convention names. */
export function explainExitValue(value: number): string | null {
  const meanings = Object.values(presets).flatMap(({ users, pass, others }) =>
    [pass, ...others].filter((code) => code.value === value).map((code) => `${code.meaning} in ${users}`),
  )
  return meanings.length === 0 ? null : `${hex(value)} means ${meanings.join(', ')}`
}

export function isPresetName(name: string): name is PresetName {
  return Object.hasOwn(presets, name)
}
