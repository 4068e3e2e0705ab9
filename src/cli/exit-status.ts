import { KernelTestError } from '../support/errors.ts'

/** The process' exit statuses: a closed set, documented in `docs/command-line.md`. Never a count. */
export const exitStatus = {
  asExpected: 0,
  notAsExpected: 1,
  usage: 2,
  couldNotStart: 3,
  /** The run reached its limit and no `--expect` names one. As `timeout(1)`. */
  limit: 124,
  /** Ctrl-C. As a shell reports SIGINT. */
  interrupted: 130,
} as const

export type ExitStatus = (typeof exitStatus)[keyof typeof exitStatus]

/** Codes of errors that lie in what was asked, not in the image or the engine. */
const usageCodes = /^KT(?:6\d\d\d|400\d|5021)$/

export function statusOfError(error: unknown): ExitStatus {
  const isUsage = error instanceof KernelTestError && usageCodes.test(error.code)
  return isUsage ? exitStatus.usage : exitStatus.couldNotStart
}
