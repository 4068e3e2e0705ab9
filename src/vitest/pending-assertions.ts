import type { Session } from '../session/session.ts'

/** What a test has asserted about a machine and was not yet decided, by matcher. */
interface Pending {
  readonly matchers: string[]
  /** The test has ended: what its assertions still say is nobody's. */
  isAbandoned: boolean
}

const pendingOf = new WeakMap<Session, Pending>()

/**
 * Decides an assertion, and knows meanwhile that it is under way. Where its test ended without waiting for
 * it the answer is `instead`: the test was told already, and a rejection that nobody handles would only
 * repeat it.
 */
export async function whilePending<T>(
  session: Session,
  matcher: string,
  decide: () => Promise<T>,
  instead: T,
): Promise<T> {
  const pending = pendingOf.get(session) ?? { matchers: [], isAbandoned: false }
  pendingOf.set(session, pending)
  pending.matchers.push(matcher)
  try {
    const answer = await decide()
    return pending.isAbandoned ? instead : answer
  } catch (error) {
    if (pending.isAbandoned) return instead
    throw error
  } finally {
    pending.matchers.splice(pending.matchers.indexOf(matcher), 1)
  }
}

/** The matcher whose assertion about `session` is still under way at the end of its test; null: none is. */
export function abandonAssertions(session: Session): string | null {
  const pending = pendingOf.get(session)
  const [matcher] = pending?.matchers ?? []
  if (pending === undefined || matcher === undefined) return null
  pending.isAbandoned = true
  return matcher
}
