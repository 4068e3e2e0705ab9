import { KernelTestError } from '../support/errors.ts'

/** The screen kept changing until the limit. */
export function stillMoving({ limitNs, settleNs }: { limitNs: bigint; settleNs: bigint }): KernelTestError {
  return new KernelTestError(
    'KT4021',
    `the screen did not stand still for ${ms(settleNs)} before the limit of ${ms(limitNs)}`,
    'Wait for a text first, pause the guest there with `until`, or mask what moves; a smaller `settle` may do too.',
  )
}

function ms(ns: bigint): string {
  return `${Number(ns / 1_000_000n)} ms`
}
