import { fstatSync, writeFileSync } from 'node:fs'
import { describeFaults } from '../observe/describe-faults.ts'
import type { MachineEvent } from '../observe/event.ts'
import type { Screen } from '../observe/screen.ts'
import { describeTimeline, type TimelineEvent } from '../observe/timeline.ts'
import { MachinePool } from '../pool/machine-pool.ts'
import { drawScreen } from '../report/draw-screen.ts'
import { openSession } from '../session/boot.ts'
import type { Session } from '../session/session.ts'
import { KernelTestError } from '../support/errors.ts'
import type { BootCrate, CargoManifest } from './cargo-manifest.ts'
import { type ExitStatus, exitStatus, statusOfError } from './exit-status.ts'
import { needsImage, parseImageArguments } from './parse-arguments.ts'
import { parseUntil } from './pattern-argument.ts'
import { probes } from './probes.ts'
import { slowLimit, tellProgress } from './progress.ts'
import { parseExpectations } from './run-expectations.ts'
import { runJson } from './run-json.ts'
import { bootOptionsOf, runOptions } from './run-options.ts'
import { type RunVerdict, runToVerdict } from './run-to-verdict.ts'
import { screenInFrame } from './show-screen.ts'

/** Of the timeline, behind a verdict that is not ok. */
const shownEvents = 8

type Values = ReadonlyMap<string, readonly string[]>

/** `kerneltest run IMAGE`: boots one image, streams its serial port and says how it ended. */
export async function run(argv: readonly string[]): Promise<ExitStatus> {
  const { image, values: given, ignored } = parseImageArguments(argv, runOptions)
  if (image === null) throw needsImage('run')
  const cargo = await cargoManifest()
  const values: Values = new Map([...(cargo?.values ?? []), ...given])
  if (ignored.length > 0) note(`ignored, because it is not for kerneltest: ${ignored.join(' ')}`)
  const interrupt = new AbortController()
  const onInterrupt = () => interrupt.abort()
  process.once('SIGINT', onInterrupt)
  try {
    return await runImage(image, values, interrupt.signal, cargo?.bootCrate ?? null)
  } catch (error) {
    if (!interrupt.signal.aborted) throw error
    tell('not ok: interrupted')
    return exitStatus.interrupted
  } finally {
    process.off('SIGINT', onInterrupt)
  }
}

/** As a cargo runner, the kernel's own manifest says how it is tested. */
async function cargoManifest(): Promise<CargoManifest | null> {
  const directory = process.env['CARGO_MANIFEST_DIR']
  if (directory === undefined) return null
  const { readCargoManifest } = await import('./cargo-manifest.ts')
  const manifest = readCargoManifest(directory, runOptions)
  for (const text of manifest.notes) note(text)
  return manifest
}

/** A kernel of Rust's `bootloader` looks like any ELF without a boot header: only its manifest tells. */
function tellOfBootCrate({ facts }: Session, { name, mend }: BootCrate): void {
  if (facts.plan.provenance.protocol !== 'elf64') return
  note(`Cargo.toml depends on \`${name}\`, and the ELF file was started without it: ${mend}`)
}

async function runImage(
  image: string,
  values: Values,
  signal: AbortSignal,
  bootCrate: BootCrate | null,
): Promise<ExitStatus> {
  const spelt = values.get('expect')
  const expected = spelt === undefined ? null : parseExpectations(spelt)
  const [until] = values.get('until') ?? []
  const isJson = values.has('json')
  const started = performance.now()
  const session = await openSession(image, bootOptionsOf(values), {
    pool: new MachinePool({ threads: 1, whenFull: 'wait' }),
    signal,
    onEvent: (event) => show(event, isJson),
  })
  if (bootCrate !== null) tellOfBootCrate(session, bootCrate)
  const sha256 = isJson ? session.facts.file.sha256() : null
  const endProgress = tellProgress(session.facts.limitNs, note)
  const judged = await runToVerdict(session, expected, until === undefined ? null : parseUntil(until))
    .catch(async (error: unknown) => {
      await session.close()
      if (!isJson) finishLine(session)
      throw error
    })
    .finally(endProgress)
  const picture = isJson ? await session.machine.frame().catch(() => null) : null
  const record = await session.close()
  const wallMs = Math.round(performance.now() - started)
  const verdict = signal.aborted ? interrupted(judged) : judged
  const unwritten = await writeScreenshot(values.get('screenshot')?.[0], record.screen)
  if (sha256 !== null) {
    const { version } = await probes[session.facts.engine]()
    const about = {
      sha256,
      picture,
      engineVersion: version,
      expected: spelt ?? [until ? `until=${until}` : 'exit=0x10'],
      wallMs,
    }
    process.stdout.write(`${JSON.stringify(runJson(session, record, verdict, about))}\n`)
  } else {
    finishLine(session)
    if (process.stderr.isTTY || !verdict.ok) process.stderr.write(screenInFrame(record.screen))
  }
  tell(`${verdict.ok ? 'ok' : 'not ok'}: ${verdict.sentence}`)
  const faults = describeFaults(verdict.ending)
  if (!verdict.ok && faults !== '') process.stderr.write(`${faults}\n`)
  if (!verdict.ok) process.stderr.write(lastEvents(record.timeline ?? []))
  const slow = slowLimit(verdict.ending, wallMs)
  if (slow !== null) note(slow)
  // Without its picture the run still has a verdict, and a failure keeps its status.
  if (unwritten !== null) tell(unwritten.message)
  return unwritten !== null && verdict.ok ? statusOfError(unwritten) : verdict.status
}

/** What an engine that keeps a timeline saw last. */
function lastEvents(timeline: readonly TimelineEvent[]): string {
  const lines = describeTimeline(timeline, shownEvents)
  return lines.length === 0 ? '' : `What happened last:\n${lines.map((line) => `  ${line}\n`).join('')}`
}

function interrupted(verdict: RunVerdict): RunVerdict {
  return { ...verdict, ok: false, status: exitStatus.interrupted, sentence: 'interrupted' }
}

function show(event: MachineEvent, isJson: boolean): void {
  if (event.kind === 'note') note(event.text)
  else if (event.kind === 'output' && event.port === 'com1' && !isJson) process.stdout.write(event.bytes)
}

/**
 * The verdict begins on a line of its own, also after a guest that ended in the middle of one, where both
 * streams are shown as one. Elsewhere standard output stays exactly what the guest printed.
 */
function finishLine(session: Session): void {
  const { text } = session.port('com1').log
  if (text !== '' && !text.endsWith('\n') && streamsMeet()) process.stdout.write('\n')
}

/** At a terminal, or in the log of a CI. */
function streamsMeet(): boolean {
  if (process.stdout.isTTY) return true
  const [output, error] = [fstatSync(1), fstatSync(2)]
  return output.dev === error.dev && output.ino === error.ino
}

/** Answers the error where it could not be written. */
async function writeScreenshot(
  path: string | undefined,
  screen: Screen | null,
): Promise<KernelTestError | null> {
  if (path === undefined) return null
  if (screen === null) {
    note('there is no screen to write: the engine was lost')
    return null
  }
  const { encodePng } = await import('../report/png.ts')
  try {
    writeFileSync(path, encodePng(drawScreen(screen)))
    return null
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return new KernelTestError('KT6008', `${path}: ${reason}`, 'Name a file in a directory that exists.')
  }
}

function note(text: string): void {
  tell(`note: ${text}`)
}

function tell(text: string): void {
  process.stderr.write(`kerneltest: ${text}\n`)
}
