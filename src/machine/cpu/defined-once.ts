import { invariant } from '../../support/invariant.ts'

/** Definitions of several rooms by name; throws where two have the same one. */
export function definedOnce<Definition>(
  groups: readonly Readonly<Record<string, Definition>>[],
): ReadonlyMap<string, Definition> {
  const all = new Map<string, Definition>()
  for (const [name, definition] of groups.flatMap((group) => Object.entries(group))) {
    invariant(!all.has(name), `${name} is defined twice`)
    all.set(name, definition)
  }
  return all
}
