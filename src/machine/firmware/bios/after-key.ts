/** What the keyboard's handler in ROM does when a key has been decoded: the service leaves it in AL. */
export const afterKey = {
  nothing: 0,
  break: 1,
  printScreen: 2,
  systemRequest: 3,
  pause: 4,
  systemRequestEnds: 5,
} as const
