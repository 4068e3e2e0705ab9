import type { Row } from '../../src/machine/cpu/table/row.ts'
import { type Evidence, situationOf } from './evidence.ts'
import { formsOf } from './forms.ts'

const numbers: Readonly<Record<string, number>> = {
  '#DE': 0,
  '#DB': 1,
  '#BP': 3,
  '#OF': 4,
  '#BR': 5,
  '#UD': 6,
}
const [undefinedOpcode, stackFault, generalProtection, pageFault] = [6, 12, 13, 14]

/**
 * What nothing from outside has shown of a row that runs: where the host recorded none, each look that
 * `formsOf` knows, completed in a probe; and each exception that the row names.
 */
export function gapsOf(row: Row, { vectors, probes, situations, exceptions }: Evidence): readonly string[] {
  if (row.facts.alwaysUndefined) return exceptions.has(undefinedOpcode) ? [] : ['#UD']
  const recorded = vectors[16] + vectors[32] + vectors[64]
  if (recorded + probes.size === 0) return ['everything']
  const isOnHost = recorded > 0
  const looks =
    isOnHost || neverDone.has(row.mnemonic)
      ? []
      : formsOf(row).map((form) => situationOf(form.bits, form.bytes, form.isMemory))
  const faults = exceptionsOf(row, !isOnHost).filter(({ any }) => !any.some((one) => exceptions.has(one)))
  const missing = looks.filter((look) => !situations.has(look))
  return [...new Set(missing), ...faults.map(({ name }) => name)]
}

/** RDPMC finds no counter on this model; INVLPG translates nothing. */
const neverDone = new Set(['RDPMC'])
const withoutAccess = new Set(['INVLPG'])

/** Exceptions that the row says it can raise; of which one has to be seen. */
function exceptionsOf({ facts, mnemonic, operands }: Row, withMemory: boolean) {
  const own = (facts.faults ?? []).flatMap((text) => text.match(/^#[A-Z]+/) ?? [])
  const named = own.map((name) => ({ name, any: [numbers[name] ?? generalProtection] }))
  const isMemory =
    !withoutAccess.has(mnemonic) &&
    facts.form !== 'register' &&
    operands.some((kind) => /^[EMOXY]/.test(kind))
  return [
    ...named,
    ...(facts.privileged ? [{ name: '#GP at level 3', any: [generalProtection] }] : []),
    ...(facts.protectedOnly || facts.fpu === 'xcr' ? [{ name: '#UD', any: [undefinedOpcode] }] : []),
    ...(isMemory && withMemory
      ? [
          { name: '#PF', any: [pageFault] },
          { name: '#GP or #SS', any: [stackFault, generalProtection] },
        ]
      : []),
  ]
}
