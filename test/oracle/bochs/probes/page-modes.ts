import { doublewords, type Piece, page, quadwords } from '../descriptors.ts'
import { address, testRegion } from '../layout.ts'
import type { Probe } from '../probe.ts'
import { type StateName, states } from '../states.ts'

const { present, writable, user, noExecute } = page
export const all = present | writable | user

/** The three kinds of tables, and how a probe reaches its own page through them. */
export interface Mode {
  readonly name: string
  readonly kernel: StateName
  readonly user: StateName
  readonly at: bigint
  readonly directory: number
  readonly table: number
  /** Index of the probe's entry in the page directory. */
  readonly entry: (at: number, value: bigint) => Piece
  readonly directoryIndex: number
  readonly executeDisable: boolean
}

export const wideEntry = (at: number, value: bigint) => quadwords(at, BigInt.asUintN(64, value))
export const long: Mode = {
  name: 'long',
  kernel: 'long64',
  user: 'long64u',
  at: testRegion.long,
  directory: address.test_directory,
  table: address.test_table,
  entry: wideEntry,
  directoryIndex: 0,
  executeDisable: true,
}
export const pae: Mode = { ...long, name: 'pae', kernel: 'pae32', user: 'pae32u', at: testRegion.pae }
export const legacy: Mode = {
  ...long,
  name: '32-bit',
  kernel: 'paged32',
  user: 'paged32u',
  at: testRegion.legacy,
  directory: address.legacy_directory,
  entry: (at, value) => doublewords(at, Number(value & 0xffff_ffffn)),
  directoryIndex: 1,
  executeDisable: false,
}
export const modes = [long, pae, legacy]

export type Access = 'read' | 'write' | 'execute'

/** An access to the first byte of the region, by way of SI. */
export function access(kind: Access, at: bigint): string {
  const point = `mov RSI, 0x${at.toString(16)}`
  if (kind === 'read') return `${point}; mov al, [RSI]`
  return kind === 'write' ? `${point}; mov byte [RSI], 0x5a` : `${point}; jmp RSI`
}

export function code(state: StateName, text: string): string {
  return text.replaceAll('RSI', states[state].bits === 64 ? 'rsi' : 'esi')
}

/** The data page holds UD2, so that execution ends. */
const executable: Piece = { at: address.data, bytes: Uint8Array.of(0x0f, 0x0b, 0x0f, 0x0b) }
export const directoryEntry = (mode: Mode) => mode.directory + (mode === legacy ? 4 : 8) * mode.directoryIndex

export function probe(
  mode: Mode,
  state: StateName,
  what: string,
  kind: Access,
  memory: readonly Piece[],
  more: Partial<Probe> = {},
): Probe {
  return {
    name: `${mode.name} ${what}`,
    state,
    code: code(state, access(kind, mode.at)),
    memory: [executable, ...memory],
    watch: [mode.table, directoryEntry(mode)],
    ...more,
  }
}

export const privilegeOf = (mode: Mode): readonly (readonly [string, StateName, Partial<Probe>])[] => [
  ['level 0, WP', mode.kernel, {}],
  ['level 0', mode.kernel, { cr0: 0x8000_0011 }],
  ['level 3', mode.user, {}],
]

export const flagSets: readonly (readonly [string, bigint])[] = [
  ['-', 0n],
  ['P', present],
  ['PW', present | writable],
  ['PU', present | user],
  ['PWU', all],
  ['PWUX', all | noExecute],
]
