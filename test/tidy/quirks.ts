import type { Row } from '../../src/machine/cpu/table/row.ts'

const flagNames = { o: 'OF', s: 'SF', z: 'ZF', a: 'AF', p: 'PF', c: 'CF' } as const

/** Flags that rows leave undefined and the table on the page does not give a value for. */
export function undocumentedFlags(page: string, rows: readonly Pick<Row, 'mnemonic' | 'facts'>[]): string[] {
  const lines = (page.split('## Undefined flags')[1] ?? '').split('\n## ')[0]?.split('\n') ?? []
  const named = new Map<string, string>()
  for (const [, mnemonics = '', flags = ''] of lines.map((line) => line.split('|'))) {
    for (const [mnemonic] of mnemonics.matchAll(/\b[A-Z]{2,}\b/g)) {
      named.set(mnemonic, `${named.get(mnemonic) ?? ''} ${flags.replace('all six', 'OF SF ZF AF PF CF')}`)
    }
  }
  const missing = rows.flatMap(({ mnemonic, facts }) =>
    [...(facts.undefined ?? '')]
      .map((letter) => flagNames[letter as keyof typeof flagNames])
      .filter((flag) => !named.get(mnemonic)?.includes(flag))
      .map((flag) => `${flag} after ${mnemonic}`),
  )
  return [...new Set(missing)]
}
