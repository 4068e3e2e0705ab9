import type { TextScreen } from '../../src/observe/screen.ts'

/**
 * An 80×25 screen with `lines` from the top; each is a text (code page 437 as Latin-1) or a text with its
 * attribute.
 */
export function textScreen(
  lines: readonly (string | readonly [text: string, attribute: number])[],
  options: Partial<Pick<TextScreen, 'columns' | 'rows' | 'blinks' | 'cursor'>> = {},
): TextScreen {
  const { columns = 80, rows = 25, blinks = true, cursor = null } = options
  const codes = new Uint8Array(columns * rows).fill(0x20)
  const attributes = new Uint8Array(columns * rows).fill(0x07)
  lines.forEach((line, row) => {
    const [text, attribute] = typeof line === 'string' ? [line, 0x07] : line
    for (let column = 0; column < text.length; column++) {
      codes[row * columns + column] = text.charCodeAt(column)
      attributes[row * columns + column] = attribute
    }
  })
  return { kind: 'text', columns, rows, codes, attributes, cursor, blinks }
}
