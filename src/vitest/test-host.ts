import type { RunnerTask, RunnerTaskEventPack, RunnerTestFile } from 'vitest'

/** What the run of an image tells Vitest, in this order: queued, collected (once or more), then the rest. */
export interface TestHost {
  queued(file: RunnerTestFile): Promise<void>
  /** Each call needs a copy of its own: Vitest keeps it. */
  collected(file: RunnerTestFile): Promise<void>
  updated(task: RunnerTask, event: TaskEvent): Promise<void>
  /**
   * Output of the guest, shown with the test or, outside any, with the file. Also kept in the task, for later
   * copies.
   */
  printed(task: RunnerTask, text: string, time: number): void
  /** Makes a code frame possible for a source file. */
  knowSource(path: string): void
}

export type TaskEvent = RunnerTaskEventPack[1]
