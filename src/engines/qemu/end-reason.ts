import type { EndingCause } from '../../observe/ending.ts'
import type { ProcessEnd } from './process.ts'

/** What told that the run is over. */
export type EndReason =
  /** The exit port's stand-in sent its first byte. */
  | { readonly by: 'exitByte'; readonly value: number }
  /** QMP's SHUTDOWN event. */
  | { readonly by: 'shutdown'; readonly reason: string }
  /** QEMU's process is gone, or was killed because it no longer answered. */
  | { readonly by: 'death'; readonly silent: boolean }
  /** The guest can never go on. */
  | { readonly by: 'verdict'; readonly cause: EndingCause }

/** The ending of a run whose QEMU died. `standardError`: what it said. */
export function deathEnding(end: ProcessEnd, silent: boolean, standardError: string): EndingCause {
  const said = standardError.trim()
  const words = said === '' ? '' : `\n${said}`
  if (silent) {
    return {
      kind: 'engineError',
      code: 'KT3009',
      detail: `QEMU no longer answered and was killed${words}`,
    }
  }
  if (end.signal !== null) {
    return { kind: 'engineError', code: 'KT3006', detail: `QEMU was killed by ${end.signal}${words}` }
  }
  return { kind: 'engineError', code: 'KT3007', detail: `QEMU ended with status ${end.code}${words}` }
}
