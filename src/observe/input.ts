/**
 * What a test can feed to a guest. Key names: `a`, `A`, `1`, `enter`, `f1`, `ctrl-alt-delete`… (see
 * `keys.ts`).
 */
export type InputEvent =
  | { readonly to: 'keyboard'; readonly keys: readonly string[] }
  | { readonly to: 'mouse'; readonly changes: readonly MouseChange[] }
  | { readonly to: 'powerButton' }
  | { readonly to: 'serial'; readonly port: 'com1' | 'com2' | 'com3' | 'com4'; readonly bytes: Uint8Array }

export const mouseButtons = ['left', 'right', 'middle'] as const
export type MouseButton = (typeof mouseButtons)[number]

/** What a hand on the mouse does at one moment. */
export interface MouseChange {
  /** Counts to the right and down. */
  readonly x: number
  readonly y: number
  /** Steps of the wheel, away from the user. */
  readonly wheel: number
  /** All that are down then. */
  readonly buttons: readonly MouseButton[]
}
