import { serialPorts } from '../observe/output.ts'
import { KernelTestError } from '../support/errors.ts'

/** Users of JavaScript pass anything. */
export function noSuchPort(name: unknown): KernelTestError {
  return new KernelTestError(
    'KT4005',
    `there is no serial port ${typeof name === 'string' ? `"${name}"` : String(name)}`,
    `The serial ports are ${serialPorts.join(', ')}; the debug console is \`vm.debugConsole\`.`,
  )
}

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
