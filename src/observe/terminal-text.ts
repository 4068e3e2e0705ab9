/** `string`: inside OSC, DCS, SOS, PM or APC, whose text a terminal does not show. */
type State = 'ground' | 'escape' | 'intermediate' | 'csi' | 'string'

const lineFeed = 0x0a
const carriageReturn = 0x0d
const cancel = 0x18
const substitute = 0x1a
const escapeCode = 0x1b
const bell = 0x07

/**
 * The characters that start a control string after ESC: DCS `P`, SOS `X`, OSC `]`, PM `^`, APC `_` (ECMA-48
 * §5.6).
 */
const stringStarts = 'PX]^_'

/**
 * Turns what goes to a terminal into plain text, piece by piece: escape sequences are taken out (ECMA-48
 * §5.3–5.6), CR LF becomes a line feed, and a CR at the start of a line vanishes. What was given out is never
 * taken back, and where the pieces are cut makes no difference.
 */
export class TerminalText {
  /** Made for the first byte that is not ASCII: it takes longer than a small kernel prints. */
  #decoder: InstanceType<typeof TextDecoder> | null = null
  #state: State = 'ground'
  /** A CR whose meaning the next character decides. */
  #returnPending = false
  #atLineStart = true

  /** The text that `bytes` add. */
  resolve(bytes: Uint8Array): string {
    const piece = this.#decode(bytes)
    let text = ''
    let plainFrom = 0
    for (let at = 0; at < piece.length; at++) {
      const code = piece.charCodeAt(at)
      if (
        this.#state === 'ground' &&
        code !== escapeCode &&
        code !== carriageReturn &&
        !this.#returnPending
      ) {
        this.#atLineStart = code === lineFeed
        continue
      }
      text += piece.slice(plainFrom, at)
      plainFrom = at + 1
      if (this.#consumes(code, piece.charAt(at))) continue
      text += this.#show(code, piece.charAt(at))
    }
    return text + piece.slice(plainFrom)
  }

  #decode(bytes: Uint8Array): string {
    const ascii = this.#decoder === null ? asciiOf(bytes) : null
    if (ascii !== null) return ascii
    this.#decoder ??= new TextDecoder('utf-8', { ignoreBOM: true })
    return this.#decoder.decode(bytes, { stream: true })
  }

  #show(code: number, character: string): string {
    if (code === carriageReturn) {
      this.#returnPending = true
      return ''
    }
    const text = this.#returnPending && !this.#atLineStart && code !== lineFeed ? `\r${character}` : character
    this.#returnPending = false
    this.#atLineStart = code === lineFeed
    return text
  }

  /** Moves the state on; true when the character belongs to an escape sequence and is not shown. */
  #consumes(code: number, character: string): boolean {
    if (code === escapeCode) {
      this.#state = 'escape'
      return true
    }
    if (this.#state === 'ground') return false
    if (code === cancel || code === substitute) {
      this.#state = 'ground'
      return true
    }
    if (this.#state === 'string') return this.#consumesInString(code)
    // A terminal obeys a control character inside a sequence as if it stood before it.
    if (code < 0x20) return false
    if (code > 0x7e) {
      this.#state = 'ground'
      return code === 0x7f
    }
    this.#state = this.#stateAfter(code, character)
    return true
  }

  /** An unfinished control string must not swallow the rest of the log: a line's end ends it too. */
  #consumesInString(code: number): boolean {
    if (code === bell) {
      this.#state = 'ground'
      return true
    }
    if (code !== lineFeed && code !== carriageReturn) return true
    this.#state = 'ground'
    return false
  }

  #stateAfter(code: number, character: string): State {
    if (this.#state === 'csi') return code >= 0x40 ? 'ground' : 'csi'
    if (code < 0x30) return 'intermediate'
    if (this.#state === 'escape' && character === '[') return 'csi'
    if (this.#state === 'escape' && stringStarts.includes(character)) return 'string'
    return 'ground'
  }
}

/** Null where a byte is no ASCII. */
function asciiOf(bytes: Uint8Array): string | null {
  let text = ''
  for (const byte of bytes) {
    if (byte >= 0x80) return null
    text += String.fromCharCode(byte)
  }
  return text
}
