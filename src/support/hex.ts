/** As `0x1badb002`: lower case, no padding unless `digits` asks for it. */
export function hex(value: bigint | number, digits = 1): string {
  return `0x${value.toString(16).padStart(digits, '0')}`
}
