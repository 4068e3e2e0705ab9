/**
 * What a guest printed on one port. `bytes` is everything as it came; `text` is the same with CR LF as a line feed,
 * escape sequences taken out and UTF-8 decoded. Both only ever grow, so a position in `text` stays valid: a cursor.
 */
export interface OutputLog {
  readonly bytes: Uint8Array
  readonly text: string
}
