/** Something about an image that will bite, told in three parts. */
export interface Flaw {
  /** A stable short name, as `writable-executable-segment`. */
  readonly id: string
  /** `fatal`: no protocol can start it. */
  readonly severity: 'fatal' | 'warning' | 'note'
  readonly what: string
  readonly consequence: string
  readonly mend: string
}
