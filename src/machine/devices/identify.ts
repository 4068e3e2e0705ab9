/** The 256 words in which a drive tells what it is (ATA/ATAPI-6, sections 8.15 and 8.16). */
export class IdentifyData {
  readonly bytes = new Uint8Array(512)
  readonly #view = new DataView(this.bytes.buffer)

  /** Words by number. */
  words(values: Readonly<Record<number, number>>): this {
    for (const [word, value] of Object.entries(values)) this.#view.setUint16(2 * Number(word), value, true)
    return this
  }

  /** A number over two or four words, lowest first. */
  wide(word: number, count: 2 | 4, value: number): this {
    for (let index = 0; index < count; index++) {
      this.#view.setUint16(2 * (word + index), Math.floor(value / 65_536 ** index) % 65_536, true)
    }
    return this
  }

  /** Text, padded with blanks: of the two characters in a word the first is the upper byte. */
  text(word: number, count: number, text: string): this {
    const padded = text.padEnd(2 * count).slice(0, 2 * count)
    for (let index = 0; index < 2 * count; index++) {
      this.bytes[2 * word + (index ^ 1)] = padded.charCodeAt(index)
    }
    return this
  }
}
