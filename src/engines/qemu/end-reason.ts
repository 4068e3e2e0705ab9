import type { EndingCause } from '../../observe/ending.ts'
import { statusOfExitValue } from '../../observe/ending.ts'
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

export function exitEnding(port: number, value: number): EndingCause {
  return { kind: 'exit', port, value, status: statusOfExitValue(value) }
}

/**
 * The value behind an exit status of QEMU's. The status holds its low seven bits; where AL still has the same ones,
 * its bit 7 is the eighth.
 */
export function exitValue(status: number, rax: bigint | null): number {
  const value = status >> 1
  const al = rax === null ? value : Number(rax & 0xffn)
  return (al & 0x7f) === value ? al : value
}

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
