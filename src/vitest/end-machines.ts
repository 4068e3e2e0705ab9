import type { TestAnnotation, TestContext } from 'vitest'
import { describeFaults } from '../observe/describe-faults.ts'
import { describeEnding } from '../observe/expectation.ts'
import { nsPerMs } from '../observe/instant.ts'
import type { Session } from '../session/session.ts'
import { KernelTestError } from '../support/errors.ts'
import { lastScreen } from './assertion.ts'
import { writeAttachments } from './attachments.ts'
import { abandonAssertions } from './pending-assertions.ts'
import { placesOf } from './places.ts'
import { timeoutMarginMs } from './timeouts.ts'

/** Of our annotations. */
const type = 'kerneltest'

type TestAttachment = NonNullable<TestAnnotation['attachment']>
type Context = Pick<TestContext, 'task' | 'signal' | 'annotate'>

/**
 * Ends the machines of a test, and attaches what they leave behind if it failed.
 * @throws KernelTestError KT5006 when a guest crashed and no matcher named that, KT5007 when an assertion was
 * not awaited.
 */
export async function endMachines(sessions: readonly Session[], context: Context): Promise<void> {
  const crash = sessions.map((session) => session.unnamedCrash).find((ending) => ending !== null)
  const hasFailed = context.task.result?.state === 'fail'
  const forgotten = hasFailed
    ? undefined
    : sessions.map(abandonAssertions).find((matcher) => matcher !== null)
  try {
    if (hasFailed) await explainTimeout(sessions, context)
    if (hasFailed || crash) await attachAll(sessions, context)
  } finally {
    await Promise.all(sessions.map((session) => session.close()))
  }
  if (forgotten) {
    throw new KernelTestError(
      'KT5007',
      `the test ended before \`${forgotten}\` was decided`,
      `Is its \`await\` missing? Write \`await expect(…).${forgotten}(…)\`.`,
    )
  }
  if (crash && !hasFailed) {
    throw new KernelTestError(
      'KT5006',
      `the guest ${describeEnding(crash)}, and nothing in the test expects that`,
      [`If it should: await expect(vm).toExit('${crash.kind}').`, describeFaults(crash)]
        .filter(Boolean)
        .join('\n'),
    )
  }
}

async function attachAll(sessions: readonly Session[], context: Context): Promise<void> {
  const { task } = context
  const { root, attachments: folder, testFile } = placesOf(task.file.filepath)
  for (const [index, session] of sessions.entries()) {
    const machine = sessions.length === 1 ? '' : ` machine ${index + 1}`
    const retries = task.result?.retryCount ?? 0
    const retry = retries === 0 ? '' : ` retry ${retries}`
    const screen = await lastScreen(session)
    const { serial } = { serial: session.port('com1').log }
    const place = { root, folder, testFile, name: `${task.fullTestName}${machine}${retry}` }
    for (const { message, ...attachment } of await writeAttachments({ serial, screen }, place)) {
      await annotateFailed(context, message, attachment)
    }
  }
}

/**
 * Vitest lets nobody annotate a test whose state is no longer `run`, and a failed test is told to its
 * fixtures by that state alone.
 */
function annotateFailed(
  { task, annotate }: Context,
  message: string,
  attachment?: TestAttachment,
): Promise<unknown> {
  const write = () => (attachment ? annotate(message, type, attachment) : annotate(message, type))
  const { result } = task
  if (result === undefined) return write()
  const { state } = result
  result.state = 'run'
  try {
    return write()
  } finally {
    result.state = state
  }
}

async function explainTimeout(sessions: readonly Session[], context: Context): Promise<void> {
  const { task, signal } = context
  const limitsMs = sessions.map(({ facts }) => Number(facts.limitNs / nsPerMs))
  const neededMs = Math.max(0, ...limitsMs) + timeoutMarginMs
  if (!signal.aborted || neededMs <= task.timeout) return
  await annotateFailed(
    context,
    `the time-out of ${task.timeout} ms came before the machine's limit of ${neededMs - timeoutMarginMs} ms; ` +
      `if the guest needs that long: test(name, { timeout: ${neededMs} }, …)`,
  )
}
