import type { FirmwareStart, Medium } from './plan.ts'
import type { Firmware } from './plan-options.ts'

/** What a protocol that leaves the start to a firmware makes of an image. */
export interface FirmwareBoot {
  readonly start: FirmwareStart
  readonly media: readonly Medium[]
}

/** The image as the one medium that the firmware tries. */
export function bootFrom(kind: Medium['kind'], path: string, firmware: Firmware): FirmwareBoot {
  const medium: Medium = { id: 'boot', kind, path }
  return { start: { kind: 'firmware', firmware, bootOrder: [medium.id] }, media: [medium] }
}
