import { hex } from '../support/hex.ts'

/** What a project writes to isa-debug-exit. */
export interface ExitPreset {
  /** Who uses it, as messages name them. */
  readonly users: readonly string[]
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
 * The conventions of known projects, read in their sources. They contradict each other (0 and 1 mean both
 * things), so none but the default is ever assumed.
 */
export const presets: Readonly<Record<PresetName, ExitPreset>> = {
  blog_os: {
    users: ['blog_os', 'bootimage'],
    pass: { value: 0x10, meaning: 'success' },
    others: [{ value: 0x11, meaning: 'failure' }],
  },
  ostd: {
    users: ['OSTD (Asterinas)'],
    pass: { value: 0x10, meaning: 'success' },
    others: [{ value: 0x20, meaning: 'failure' }],
  },
  'kvm-unit-tests': {
    users: ['kvm-unit-tests'],
    pass: { value: 0, meaning: 'success' },
    others: [
      { value: 1, meaning: 'failure' },
      { value: 38, meaning: 'all tests skipped' },
      { value: 63, meaning: 'abort' },
    ],
  },
  'uefi-rs': {
    users: ['uefi-rs'],
    pass: { value: 1, meaning: 'success' },
    others: [],
  },
  hermit: {
    users: ['Hermit'],
    pass: { value: 1, meaning: 'success' },
    others: [{ value: 0, meaning: 'failure' }],
  },
}

/** `0x11 means failure in blog_os and bootimage`; null for a value that no known convention names. */
export function explainExitValue(value: number): string | null {
  const usersByMeaning = new Map<string, string[]>()
  for (const { users, pass, others } of Object.values(presets)) {
    for (const code of [pass, ...others]) {
      if (code.value !== value) continue
      usersByMeaning.set(code.meaning, [...(usersByMeaning.get(code.meaning) ?? []), ...users])
    }
  }
  if (usersByMeaning.size === 0) return null
  const meanings = [...usersByMeaning].map(([meaning, users]) => `${meaning} in ${users.join(', ')}`)
  return `${hex(value)} means ${meanings.join('; ')}`
}

export function isPresetName(name: string): name is PresetName {
  return Object.hasOwn(presets, name)
}
