import type { Pattern } from '../observe/condition.ts'
import { type Expectation, expectationForms, parseExpectation } from '../observe/expectation.ts'
import { closestName } from '../support/closest.ts'
import { KernelTestError } from '../support/errors.ts'
import { parsePattern } from './pattern-argument.ts'

/** All that `--expect` asked for, by what it is about. */
export interface RunExpectations {
  /** As it was spelt, for the verdict and for JSON. */
  readonly spelt: readonly string[]
  readonly endings: readonly Expectation[]
  /** Looked for on every output port. */
  readonly texts: readonly SpeltPattern[]
  readonly screens: readonly SpeltPattern[]
}

export interface SpeltPattern {
  readonly spelt: string
  readonly pattern: Pattern
}

/** @throws KernelTestError KT6003 for a form that does not exist. */
export function parseExpectations(spelt: readonly string[]): RunExpectations {
  const endings: Expectation[] = []
  const texts: SpeltPattern[] = []
  const screens: SpeltPattern[] = []
  for (const form of spelt) {
    const [, key, rest = ''] = /^(text|screen)=(.*)$/s.exec(form) ?? []
    if (key === 'text') texts.push({ spelt: form, pattern: parsePattern('expect', rest) })
    else if (key === 'screen') screens.push({ spelt: form, pattern: parsePattern('expect', rest) })
    else endings.push(parseExpectation(form) ?? unknownForm(form))
  }
  return { spelt, endings, texts, screens }
}

function unknownForm(form: string): never {
  const forms = ['text=/…/', 'screen=/…/', ...expectationForms]
  const keys = new Map(forms.map((known) => [known.split('=', 1)[0] ?? '', known]))
  const key = form.split('=', 1)[0] ?? ''
  const closest = keys.has(key) ? key : closestName(key, keys.keys())
  const hint =
    closest === null ? `It is one of ${forms.join(', ')}.` : `Did you mean \`${keys.get(closest)}\`?`
  throw new KernelTestError('KT6003', `\`--expect\` cannot be "${form}"`, hint)
}
