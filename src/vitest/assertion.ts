import type { Matcher, Observations, Surroundings, Verdict } from '../../matchers/matcher.ts'
import type { Screen } from '../observe/screen.ts'
import { type Subject, subjectOf } from '../session/handles.ts'
import { readAddressSpace } from '../session/read-address-space.ts'
import type { Session } from '../session/session.ts'
import type { Wait } from '../session/waiting.ts'
import { KernelTestError } from '../support/errors.ts'
import { invariant } from '../support/invariant.ts'
import { whilePending } from './pending-assertions.ts'

/** The part of Vitest's matcher state that 4.1 and 5 share and that is used here. */
interface MatcherState {
  readonly isNot?: boolean
}

interface MatcherResult {
  readonly pass: boolean
  readonly message: () => string
  readonly expected?: unknown
  readonly actual?: unknown
}

type Reads = keyof Observations

/** What a user passes to `expect` for each kind of observation. */
const subjects: Readonly<Record<Reads, { readonly is: Subject['is']; readonly words: string }>> = {
  output: { is: 'output', words: '`vm.serial` or `vm.debugConsole`' },
  screen: { is: 'screen', words: '`vm.screen`' },
  addressSpace: { is: 'pageTables', words: '`vm.pageTables`' },
  registers: { is: 'registers', words: '`vm.registers`' },
  ending: { is: 'vm', words: '`vm` itself' },
}

/**
 * Turns one of our matchers into one of Vitest's: lets the guest run as the matcher asks, then judges what is
 * there.
 */
export function asVitestMatcher<R extends Reads, A extends readonly unknown[]>(matcher: Matcher<R, A>) {
  return async function (this: MatcherState, received: unknown, ...args: A): Promise<MatcherResult> {
    const subject = subjectFor(matcher.name, matcher.reads, received)
    const negated = this.isNot === true
    const decide = () => decided(matcher, subject, negated, args)
    return whilePending(subject.session, matcher.name, decide, { pass: !negated, message: () => '' })
  }
}

async function decided<R extends Reads, A extends readonly unknown[]>(
  matcher: Matcher<R, A>,
  subject: Subject,
  negated: boolean,
  args: A,
): Promise<Verdict> {
  const port = matcher.port?.(...args) ?? subject.port
  const { session } = subject
  // The session moves the cursor when a wait comes true; the verdict is about where it stood before.
  const { cursor } = session.port(port)
  const wait = await waitAs(matcher.waitFor({ port, cursor }, negated, ...args), session)
  if (matcher.reads === 'ending') session.nameEnding()
  const seen = await observe(matcher.reads, session, { port, cursor })
  const judge = (screen: Screen | null): Verdict =>
    matcher.judge(seen as Observations[R], surroundings(session, wait, screen), negated, ...args)
  const verdict = judge(null)
  if (verdict.match) session.port(port).cursor = Math.max(session.port(port).cursor, verdict.match.end)
  // A failure is told with the screen, which is worth a question to the machine only then.
  return verdict.pass === negated ? judge(await lastScreen(session)) : verdict
}

/** @throws KernelTestError KT5004 for anything but the side of a `vm` that the matcher looks at. */
export function subjectFor(matcher: string, reads: Reads, received: unknown): Subject {
  const subject = subjectOf(received)
  const { is, words } = subjects[reads]
  if (subject?.is === is) return subject
  const given = subject === null ? 'something else' : `\`${names[subject.is]}\``
  throw new KernelTestError(
    'KT5004',
    `${matcher} looks at ${words}, but expect() was given ${given}`,
    `Pass it ${words}.`,
  )
}

const names: Readonly<Record<Subject['is'], string>> = {
  vm: 'vm',
  output: 'vm.serial',
  screen: 'vm.screen',
  pageTables: 'vm.pageTables',
  registers: 'vm.registers',
  memory: 'vm.memory',
}

async function waitAs(
  wanted: ReturnType<Matcher<Reads, []>['waitFor']>,
  session: Session,
): Promise<Wait | null> {
  if (wanted === 'nothing') return null
  if (wanted === 'ending') {
    await session.end()
    return null
  }
  return session.waitFor(wanted)
}

async function observe(
  reads: Reads,
  session: Session,
  at: Pick<Observations['output'], 'port' | 'cursor'>,
): Promise<Observations[Reads]> {
  switch (reads) {
    case 'output':
      return { ...at, log: session.port(at.port).log }
    case 'screen':
      return session.machine.screen()
    case 'addressSpace':
      return readAddressSpace(session.machine)
    case 'registers':
      return session.machine.registers()
    case 'ending':
      invariant(session.ending !== null, 'a matcher that reads the ending waits for it')
      return session.ending
  }
}

export function surroundings(session: Session, wait: Wait | null, screen: Screen | null): Surroundings {
  const { ending, hasRun } = session
  const failFast = wait?.came === 'failFast' ? wait : null
  return { ending, hasRun, serial: session.port('com1').log, screen, failFast }
}

/** The screen for a failure message; null where the machine cannot tell any more. */
export function lastScreen(session: Session): Promise<Screen | null> {
  return session.machine.screen().catch(() => null)
}
