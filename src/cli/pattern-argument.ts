import type { Pattern } from '../observe/condition.ts'
import type { Until } from '../session/vm.ts'
import { KernelTestError } from '../support/errors.ts'

/**
 * A pattern as the command line writes it: `/…/flags` is a regular expression, anything else a literal text.
 */
export function parsePattern(option: string, text: string): Pattern {
  const [, source, flags] = /^\/(.*)\/([a-z]*)$/s.exec(text) ?? []
  if (text === '')
    throw new KernelTestError('KT6002', `\`--${option}\` has an empty text`, 'Give the text to look for.')
  if (source === undefined) return text
  try {
    return new RegExp(source, flags)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    const hint = "Quote it for the shell with single quotes, as `'text=/booted in \\d+ ms/'`."
    throw new KernelTestError('KT6002', `\`--${option}\`: ${reason}`, hint)
  }
}

/** The point of `--until`: `text=…`, `screen=…`, `waitsForKey`, else a symbol or an address. */
export function parseUntil(text: string): Until {
  const [, key, rest = ''] = /^(text|screen)=(.*)$/s.exec(text) ?? []
  if (key === 'text') return { serial: parsePattern('until', rest) }
  if (key === 'screen') return { screen: parsePattern('until', rest) }
  return text === 'waitsForKey' ? { waitsForKey: true } : text
}
