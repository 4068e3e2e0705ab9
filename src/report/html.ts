/** Markup that is safe as it stands. */
export class Html {
  readonly markup: string

  constructor(markup: string) {
    this.markup = markup
  }
}

type Part = Html | string | number | null | readonly Html[]

/** A template whose values are escaped, unless they are {@link Html} themselves. `null` is nothing. */
export function html(strings: TemplateStringsArray, ...values: readonly Part[]): Html {
  const parts = strings.map(
    (text, index) => text + (index < values.length ? markupOf(values[index] ?? null) : ''),
  )
  return new Html(parts.join(''))
}

/** Style sheets, scripts and data URLs of our own. */
export function raw(markup: string): Html {
  return new Html(markup)
}

function markupOf(value: Part): string {
  if (value === null) return ''
  if (value instanceof Html) return value.markup
  if (typeof value === 'string' || typeof value === 'number') return escapeText(String(value))
  return value.map((part) => part.markup).join('')
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Control characters, which neither XML nor HTML may hold, are shown as their Unicode pictures. */
function escapeText(text: string): string {
  return text.replaceAll(/[&<>"']|\p{Cc}/gu, (character) => {
    if (character === '\n' || character === '\t') return character
    return entities[character] ?? String.fromCharCode(0x2400 + (character.charCodeAt(0) & 0x1f))
  })
}
