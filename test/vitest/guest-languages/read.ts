import type { GuestLanguage, RunEnd } from '../../../src/vitest/guest-languages/guest-language.ts'

export const success: RunEnd = {
  atNs: 99n,
  asExpected: true,
  description: 'exited with 0x10 (status 33)',
  faults: '',
  expected: '',
}
export const failed: RunEnd = {
  atNs: 99n,
  asExpected: false,
  description: 'exited with 0x11 (status 35); 0x11 means failure in blog_os and bootimage',
  faults: '',
  expected: '',
}
export const crashed: RunEnd = {
  atNs: 99n,
  asExpected: false,
  description: 'triple-faulted at 0x100020',
  faults: '',
  expected: '',
}
export const halted: RunEnd = {
  atNs: 99n,
  asExpected: false,
  description: 'halted for good at 0x100020: HLT with interrupts off',
  faults: '',
  expected: 'Expected it to exit with 0x10 (status 33).',
}

/**
 * What a parser says about a whole log: one line an event, without times. The log is fed whole and again one
 * character at a time, which must not make a difference but for how output is cut.
 */
export function read(language: GuestLanguage, log: string, end: RunEnd): string {
  const whole = describe(language, [log], end)
  const single = describe(language, [...log], end)
  if (whole !== single)
    throw new Error(`cut into characters it reads otherwise:\n${single}\n\nwhole:\n${whole}`)
  return whole
}

function describe(language: GuestLanguage, pieces: readonly string[], end: RunEnd): string {
  const parser = language.parser()
  const events = [...pieces.flatMap((piece) => parser.feed(piece, 5n)), ...parser.finish(end)]
  const lines: string[] = []
  let output = ''
  const flush = (): void => {
    if (output !== '') lines.push(`output ${JSON.stringify(output)}`)
    output = ''
  }
  for (const event of events) {
    if (event.kind === 'output') {
      output += event.text
      continue
    }
    flush()
    const { kind, atNs: _, ...rest } = event
    lines.push(`${kind} ${JSON.stringify(rest)}`)
  }
  flush()
  return lines.join('\n')
}
