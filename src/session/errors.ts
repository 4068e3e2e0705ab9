import { KernelTestError } from '../support/errors.ts'

/** The screen kept changing until the limit. */
export function stillMoving({ limitNs, settleNs }: { limitNs: bigint; settleNs: bigint }): KernelTestError {
  return new KernelTestError(
    'KT4021',
    `the screen did not stand still for ${ms(settleNs)} before the limit of ${ms(limitNs)}`,
    'Pause the guest where the screen is as you want it (`until`), or give a smaller `settle`: a mask does not help here.',
  )
}

function ms(ns: bigint): string {
  return `${Number(ns / 1_000_000n)} ms`
}
