import type { OutputPort } from '../observe/output.ts'
import { lastLines, linesOfText } from '../observe/output-log.ts'

const shownLines = 12
const longestLine = 160

/** The last lines that a port printed, indented under a heading, for messages. */
export function describeLog(port: OutputPort, text: string): string {
  const lines = lastLines(text, shownLines)
  if (lines.length === 0) return `Nothing was printed on ${port}.`
  const total = linesOfText(text.trimEnd()).length
  const part = total === lines.length ? '' : ` (the last ${lines.length} of ${total} lines)`
  const heading = `Printed on ${port}${part}:`
  return [heading, ...lines.map((line) => `  ${printable(line)}`.trimEnd())].join('\n')
}

/** A line with its control characters made visible, shortened where it is very long. */
export function printable(line: string): string {
  const shown = line.length > longestLine ? `${line.slice(0, longestLine)}…` : line
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a terminal would obey what a guest prints.
  return shown.replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, (character) => {
    return `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`
  })
}

/** `1 line`, `3 lines`. */
export function countOf(count: number, noun: string): string {
  return count === 1 ? `1 ${noun}` : `${count} ${noun}s`
}
