import { KernelTestError } from '../support/errors.ts'
import { dirtyPages, pageBytes } from './cpu/state-layout.ts'
import type { Machine, SavedMachine } from './machine.ts'
import type { DriveFiles, SavableDrives, SavedDrive } from './media/saved-drive.ts'

/** A machine at an instant, as plain data: equal instants give equal data, however they were reached. */
export interface SavedState {
  readonly machine: MachineKind
  /** By what they are of: `chip.pit`, `medium.boot`… */
  readonly sections: Readonly<Record<string, SavedSection>>
  /**
   * Where files of media were, by the ids of drives: only to look there first. Equal instants of machines in
   * two folders differ in it.
   */
  readonly files: Readonly<Record<string, DriveFiles>>
}

interface SavedSection {
  /** Of the form that `state` has. */
  readonly version: number
  readonly state: unknown
}

interface MachineKind {
  readonly shape: string
  readonly memoryBytes: number
}

/** Pages that are not all zeros. */
type SavedRam = readonly { readonly at: number; readonly bytes: Uint8Array }[]

/** Of sections whose form has changed since the first version: raise it with each change. */
const versions: ReadonlyMap<string, number> = new Map([
  ['bios', 2],
  ['chip.master', 2],
  ['chip.slave', 2],
  ['chip.pit', 2],
  ['input', 2],
  ['chip.keyboard', 3],
  ['chip.mouse', 2],
  ['chip.primaryIde', 2],
  ['chip.secondaryIde', 2],
])
const firstVersion = 1
/** Of what is in a drive: its own name comes behind the point. */
const mediumVersion = 2

const chipSection = (name: string) => `chip.${name}`
const mediumSection = (drive: string) => `medium.${drive}`

/** All of a machine between two runs. `media`: what is in its drives now, and was before. */
export function saveState(machine: Machine, media: SavableDrives): SavedState {
  const { board, ...others } = machine.save()
  const states = [
    ...Object.entries(others),
    ...Object.entries(board).map(([name, state]) => [chipSection(name), state] as const),
    ['ram', savedRam(machine.cpu.ram)] as const,
    ...media.drives.map(({ id }) => [mediumSection(id), media.save(id)] as const),
  ]
  const sections = states.map(([name, state]) => [name, { version: versionOf(name), state }] as const)
  const files = media.drives.map(({ id }) => [id, media.files(id)] as const)
  return {
    machine: kindOf(machine),
    sections: Object.fromEntries(sections),
    files: Object.fromEntries(files),
  }
}

/**
 * Takes what a machine of this kind, with the same disks, saved; a drive whose medium can be changed holds
 * then what it held. Where that cannot be nothing has changed.
 * @throws KernelTestError KT3060 for a form of another version, KT3061 for another kind of machine, KT3062
 * for a file that is not what it was, KT3063 for one that is gone.
 */
export function loadState(machine: Machine, media: SavableDrives, saved: SavedState): void {
  const { board, ...others } = machine.save()
  const chips = Object.keys(board)
  const drives = media.drives.map(({ id }) => id)
  checkSections(saved, [
    ...Object.keys(others),
    ...chips.map(chipSection),
    'ram',
    ...drives.map(mediumSection),
  ])
  checkKind(saved.machine, kindOf(machine))
  const stateOf = (name: string) => saved.sections[name]?.state
  media.load(
    drives.map((id) => {
      const state = stateOf(mediumSection(id)) as SavedDrive
      return { id, state, files: saved.files[id] ?? noFiles }
    }),
  )
  loadRam(machine, stateOf('ram') as SavedRam)
  const parts = Object.keys(others).map((name) => [name, stateOf(name)])
  const chipStates = Object.fromEntries(chips.map((name) => [name, stateOf(chipSection(name))]))
  machine.load({ ...Object.fromEntries(parts), board: chipStates } as SavedMachine, media.drives)
}

const noFiles: DriveFiles = { inside: null, aside: [] }

function versionOf(name: string): number {
  if (name.startsWith(mediumSection(''))) return mediumVersion
  return versions.get(name) ?? firstVersion
}

function kindOf({ shape, cpu }: Machine): MachineKind {
  return { shape, memoryBytes: cpu.ram.length }
}

/** Versions first: another one may have other sections. */
function checkSections({ sections }: SavedState, expected: readonly string[]): void {
  const names = Object.keys(sections)
  const other = names.find((name) => sections[name]?.version !== versionOf(name))
  if (other !== undefined) throw otherVersion(other, sections[other]?.version)
  const odd = [...names, ...expected].find((name) => !names.includes(name) || !expected.includes(name))
  if (odd !== undefined) throw otherMachine(`only one of them has \`${odd}\``)
}

function checkKind(saved: MachineKind, here: MachineKind): void {
  const text = ({ shape, memoryBytes }: MachineKind) => `${shape} with ${memoryBytes / 2 ** 20} MiB`
  if (text(saved) !== text(here))
    throw otherMachine(`a ${text(saved)} was saved, and this is a ${text(here)}`)
}

function savedRam(ram: Uint8Array): SavedRam {
  return usedPages(ram).map((page) => {
    const at = page * pageBytes
    return { at, bytes: ram.slice(at, at + pageBytes) }
  })
}

function loadRam({ cpu }: Machine, saved: SavedRam): void {
  const { ram } = cpu
  for (const page of usedPages(ram)) ram.fill(0, page * pageBytes, (page + 1) * pageBytes)
  for (const { at, bytes } of saved) ram.set(bytes, at)
  const dirty = new Uint8Array(ram.buffer, dirtyPages, ram.length / pageBytes)
  for (let page = 0; page < dirty.length; page++) if (cpu.hasCode(page)) cpu.forgetCode(page)
  // With the TLB comes leave to write to pages without marking them: the next power-on looks at all of them.
  dirty.fill(1)
}

/** Pages that are not all zeros. */
function usedPages(ram: Uint8Array): readonly number[] {
  const words = new Int32Array(ram.buffer, ram.byteOffset, ram.length / 4)
  const used: number[] = []
  for (let at = 0; at < words.length; at++) {
    if (words[at] === 0) continue
    const page = Math.floor((at * 4) / pageBytes)
    used.push(page)
    at = ((page + 1) * pageBytes) / 4 - 1
  }
  return used
}

function otherVersion(section: string, version: number | undefined): KernelTestError {
  return new KernelTestError(
    'KT3060',
    `the state of \`${section}\` has version ${version}, and this kerneltest knows ${versionOf(section)}`,
    'Load it with the version that saved it, or boot anew and save again.',
  )
}

function otherMachine(difference: string): KernelTestError {
  return new KernelTestError(
    'KT3061',
    `the state is of another kind of machine: ${difference}`,
    'Start the machine with the options with which it was started when its state was saved.',
  )
}
