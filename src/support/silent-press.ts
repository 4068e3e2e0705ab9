const silent: ReadonlySet<string> = new Set([
  ...['shift', 'rightshift', 'ctrl', 'rightctrl', 'alt', 'rightalt', 'meta', 'rightmeta'],
  ...['capslock', 'numlock', 'scrolllock', 'printscreen', 'pause'],
])

/** Whether keys that are pressed together make no code that a BIOS would keep for the guest. */
export function isSilentPress(keys: readonly string[]): boolean {
  const isReset = keys.includes('delete') && keys.some(isControl) && keys.some(isAlt)
  return isReset || keys.every((key) => silent.has(key))
}

function isControl(key: string): boolean {
  return key === 'ctrl' || key === 'rightctrl'
}

function isAlt(key: string): boolean {
  return key === 'alt' || key === 'rightalt'
}
