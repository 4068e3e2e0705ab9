/** The smallest of one or more; `Math.min` has no BigInt. */
export function smallest(values: readonly bigint[]): bigint {
  return best(values, (one, other) => one < other)
}

/** The largest of one or more. */
export function largest(values: readonly bigint[]): bigint {
  return best(values, (one, other) => one > other)
}

function best(values: readonly bigint[], isBetter: (one: bigint, other: bigint) => boolean): bigint {
  return values.reduce((found, value) => (isBetter(value, found) ? value : found))
}
