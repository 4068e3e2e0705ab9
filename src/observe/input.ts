/**
 * What a test can feed to a guest. Key names: `a`, `A`, `1`, `enter`, `f1`, `ctrl-alt-delete`… (see
 * `keys.ts`).
 */
export type InputEvent =
  | { readonly to: 'keyboard'; readonly keys: readonly string[] }
  | { readonly to: 'serial'; readonly port: 'com1' | 'com2' | 'com3' | 'com4'; readonly bytes: Uint8Array }
