import { blogOs, blogOsEvidence } from './blog-os.ts'
import { exitCode } from './exit-code.ts'
import type { GuestEvent, GuestLanguage, GuestParser, RunEnd } from './guest-language.ts'

/** Waits for the first line that tells the language; an image that prints none is judged by how it ends. */
export const auto: GuestLanguage = { name: 'auto', parser: () => new AutoParser() }

/** UTF-16 units without evidence after which the image is taken for one that prints no test names. */
const undecidedLimit = 1_048_576

class AutoParser implements GuestParser {
  #chosen: GuestParser | null = null
  #held: { readonly text: string; readonly atNs: bigint }[] = []
  #heldLength = 0
  /** The end of what was held: evidence may be cut anywhere. */
  #tail = ''

  feed(text: string, atNs: bigint): readonly GuestEvent[] {
    if (this.#chosen !== null) return this.#chosen.feed(text, atNs)
    this.#held.push({ text, atNs })
    this.#heldLength += text.length
    this.#tail += text
    if (blogOsEvidence.test(this.#tail)) return this.#choose(blogOs)
    if (this.#heldLength > undecidedLimit) return this.#choose(exitCode)
    this.#tail = this.#tail.slice(this.#tail.lastIndexOf('\n') + 1)
    return []
  }

  finish(end: RunEnd): readonly GuestEvent[] {
    const events = this.#chosen === null ? this.#choose(exitCode) : []
    return [...events, ...(this.#chosen?.finish(end) ?? [])]
  }

  #choose(language: GuestLanguage): readonly GuestEvent[] {
    const parser = language.parser()
    const events = this.#held.flatMap(({ text, atNs }) => parser.feed(text, atNs))
    this.#chosen = parser
    this.#held = []
    return events
  }
}
