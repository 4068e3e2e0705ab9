/**
 * `external`: INTR and NMI. INT1 is no software interrupt where privilege and EXT are concerned (SDM
 * volume 2, INT n).
 */
export type EventKind = 'exception' | 'external' | 'int' | 'int3' | 'into' | 'int1'

/** An interrupt or exception on its way through the IDT. */
export interface DeliveredEvent {
  readonly vector: number
  readonly kind: EventKind
  /** Null where none is pushed. */
  readonly errorCode: number | null
  /** CR2 as a page fault left it. */
  readonly cr2: bigint | null
  /** The offset in CS that the handler returns to. */
  readonly returnTo: bigint
}

/** The gate's DPL counts, and EXT is clear in error codes. */
export function isSoftware({ kind }: DeliveredEvent): boolean {
  return kind === 'int' || kind === 'int3' || kind === 'into'
}
