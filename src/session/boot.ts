import { readFile, stat } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { makePlan } from '../boot/make-plan.ts'
import type { BootPlan } from '../boot/plan.ts'
import type { BootModule } from '../boot/plan-options.ts'
import type { EngineName } from '../engines/engine.ts'
import type { Image } from '../image/image.ts'
import type { MediumKind } from '../image/medium.ts'
import type { Condition } from '../observe/condition.ts'
import { describeFaults } from '../observe/describe-faults.ts'
import type { MachineEvent } from '../observe/event.ts'
import { describeEnding } from '../observe/expectation.ts'
import { lastLines } from '../observe/output-log.ts'
import { linesOf } from '../observe/text-screen.ts'
import type { MachinePool } from '../pool/machine-pool.ts'
import { KernelTestError } from '../support/errors.ts'
import type { BootOptions } from './boot-options.ts'
import { type ChosenEngine, chooseEngine, type EngineChoice, tellWhy } from './choose-engine.ts'
import { vmOf } from './handles.ts'
import { type ImageFile, openImageFile } from './image-file.ts'
import { mediumFile } from './medium-file.ts'
import { type CheckedOptions, checkOptions, type ModuleFile } from './options.ts'
import { driveOf } from './plan-drives.ts'
import { checkReadable, seenFrom } from './readable-file.ts'
import { Session, Trace } from './session.ts'
import { sharedPool } from './shared-pool.ts'
import { conditionOf } from './until.ts'
import type { Vm } from './vm.ts'

const defaultLimitNs = 30_000_000_000n
const uefiLimitNs = 60_000_000_000n

/** On QEMU guest time is wall time, and a busy host leaves the guest less of it. */
const defaultSettleNs: Readonly<Record<EngineName, bigint>> = { embedded: 100_000_000n, qemu: 250_000_000n }

/** In bytes: what Node reads in one piece. */
const largestModule = 2 ** 31 - 1

/** Of the serial log, in an error of `boot`. */
const shownLines = 10

/** What a fixture or the command line adds to a test's options. */
export interface SessionContext {
  /** Default: the pool of this process. */
  readonly pool?: MachinePool
  /** Ends the run with an `engineError`. */
  readonly signal?: AbortSignal
  /** Hears everything as it arrives, with the text that output bytes add to their port's log. */
  readonly onEvent?: (event: MachineEvent, text: string) => void
  /** From where paths beside that of the image are seen. Default: the working directory. */
  readonly root?: string
}

/**
 * Boots an image and answers the machine, which stands at its first instruction, or at `until`. Outside a
 * test's `boot` fixture the caller closes it: `await vm.close()`.
 * @throws KernelTestError KT1xxx for the image, KT2xxx where it cannot be booted so, KT3xxx for the engine,
 * KT4xxx for options.
 */
export async function boot(image: string, options: BootOptions = {}): Promise<Vm> {
  return vmOf(await openSession(image, options))
}

/** {@link boot}, for fixtures and the command line. */
export async function openSession(
  path: string,
  options: BootOptions,
  context: SessionContext = {},
): Promise<Session> {
  const checked = checkOptions(options)
  const file = openImageFile(path)
  try {
    const until = checked.until === null ? null : conditionOf(checked.until, file.image, 0)
    const session = await start(file, checked, context)
    return until === null ? session : await runTo(until, session)
  } catch (error) {
    file.close()
    throw error
  }
}

async function start(file: ImageFile, options: CheckedOptions, context: SessionContext): Promise<Session> {
  const { root = null } = context
  const modules = await Promise.all(options.modules.map((module) => readModule(module, root)))
  const trace = new Trace(context.onEvent)
  const { disks, floppies, cds } = await mediaOf(options, root, trace)
  const about = { path: resolve(file.path) }
  const plan = makePlan(file.image, about, { ...options, modules, disks, floppies, cds })
  for (const drive of options.bootOrder ?? []) driveOf(plan, drive)
  for (const text of plan.provenance.notes) trace.add({ kind: 'note', text })
  const { engine, because } = engineFor(plan, options.engine, trace)
  const opening = (context.pool ?? sharedPool()).open({
    engine,
    plan,
    sink: (event) => trace.add(event),
    ...(context.signal && { signal: context.signal }),
  })
  const machine = await opening.catch((error: unknown) => {
    throw tellWhy(error, because)
  })
  if (plan.start.kind === 'firmware') tellFlaws(file.image, engine, trace)
  const isUefi = plan.start.kind === 'firmware' && plan.start.firmware === 'uefi'
  const limitNs = options.limitNs ?? (isUefi ? uefiLimitNs : defaultLimitNs)
  const settleNs = options.settleNs ?? defaultSettleNs[engine]
  return new Session({ file, root, plan, engine, limitNs, settleNs }, machine, trace)
}

/** The files in further drives, by whole paths. */
async function mediaOf(options: CheckedOptions, root: string | null, trace: Trace) {
  const attach = async (option: string, kind: MediumKind, path: string) => {
    const file = await mediumFile(option, kind, seenFrom(root, path))
    for (const text of file.notes) trace.add({ kind: 'note', text })
    return file.path
  }
  const inDrives = (option: 'floppies' | 'cds', kind: MediumKind) =>
    Promise.all(options[option].map((path) => (path === null ? null : attach(option, kind, path))))
  return {
    disks: await Promise.all(options.disks.map((path) => attach('disks', 'disk', path))),
    floppies: await inDrives('floppies', 'floppy'),
    cds: await inDrives('cds', 'cdrom'),
  }
}

function engineFor(
  plan: BootPlan,
  choice: EngineChoice,
  trace: Trace,
): Pick<ChosenEngine, 'engine' | 'because'> {
  if (choice !== 'auto') return { engine: choice, because: null }
  const chosen = chooseEngine(plan)
  trace.add({ kind: 'note', text: chosen.note })
  return chosen
}

/** A firmware says little about a medium that it does not start, and some of that is untrue. */
function tellFlaws({ flaws }: Image, engine: EngineName, trace: Trace): void {
  for (const { id, severity, what, consequence } of flaws) {
    // The embedded engine has told what it has added.
    if (id === 'not-whole-sectors' && engine === 'embedded') continue
    if (severity !== 'note') trace.add({ kind: 'note', text: `${what}: ${consequence} [${id}]` })
  }
}

async function readModule(module: ModuleFile, root: string | null): Promise<BootModule> {
  const { commandLine } = module
  const path = seenFrom(root, module.path)
  await checkReadable('modules', path)
  const { size } = await stat(path)
  if (size <= largestModule) return { name: basename(path), bytes: await readFile(path), commandLine }
  throw new KernelTestError(
    'KT4006',
    `${path}, named in \`modules\`, has ${size} bytes, and a module may have 2 GiB`,
    'Attach what is that large as a disk: `disks`.',
  )
}

/** Ends the machine where it cannot get there: nobody else holds it. */
async function runTo(until: Condition, session: Session): Promise<Session> {
  try {
    const wait = await session.reach(until)
    if (wait.came === 'true') return session
    const how =
      wait.came === 'ending' ? `it ${describeEnding(wait.ending)}` : `it gave up: \`${wait.line.trim()}\``
    const faults = describeFaults(session.ending)
    const seen = await lastSeen(session)
    const hint = faults === '' ? seen : `${faults.replaceAll('\n', '\n  ')}\n  ${seen}`
    throw new KernelTestError('KT4022', `the guest did not reach \`until\`: ${how}`, hint)
  } catch (error) {
    await session.close()
    throw error
  }
}

/** Nobody holds the machine yet, so the error alone can tell what it did. */
async function lastSeen(session: Session): Promise<string> {
  const printed = lastLines(session.port('com1').log.text, shownLines)
  const screen = await session.machine.screen().catch(() => null)
  const shown = screen?.kind === 'text' ? linesOf(screen).filter((line) => line !== '') : []
  return [
    printed.length === 0 ? 'It printed nothing on com1.' : `Last on com1:\n${indented(printed)}`,
    ...(shown.length === 0 ? [] : [`  On the screen:\n${indented(shown)}`]),
    ...(screen?.kind === 'graphics' ? [`  The screen shows ${screen.width}×${screen.height} pixels.`] : []),
  ].join('\n')
}

function indented(lines: readonly string[]): string {
  return lines.map((line) => `    ${line}`).join('\n')
}
