import type { Screen } from '../observe/screen.ts'
import { linesOf } from '../observe/text-screen.ts'

/**
 * The screen for a person, at a terminal or in a log: text in a frame as wide as its longest line. Empty
 * where there is nothing to see.
 */
export function screenInFrame(screen: Screen | null): string {
  if (screen === null) return ''
  if (screen.kind === 'graphics') {
    return `The screen shows ${screen.width}×${screen.height} pixels: write them with --screenshot FILE.\n`
  }
  const lines = linesOf(screen)
  const last = lines.findLastIndex((line) => line !== '')
  if (last < 0) return ''
  const shown = lines.slice(0, last + 1)
  const width = Math.max(...shown.map((line) => line.length))
  const edge = '─'.repeat(width + 2)
  const framed = shown.map((line) => `│ ${line.padEnd(width)} │`)
  return [`┌${edge}┐`, ...framed, `└${edge}┘`, ''].join('\n')
}
