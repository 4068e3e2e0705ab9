import type { RunnerTestCase } from 'vitest'
import type { createMethodsRPC, TestProject } from 'vitest/node'
import { type Remains, writeAttachments } from './attachments.ts'
import type { TestHost } from './test-host.ts'

/** The main-process side of Vitest's worker RPC. */
export type Rpc = ReturnType<typeof createMethodsRPC>

export function rpcHost(rpc: Rpc): TestHost {
  return {
    queued: async (file) => rpc.onQueued(file),
    collected: (file) => rpc.onCollected([file]),
    updated: (task, event) => {
      const result = task.result && { ...task.result }
      return rpc.onTaskUpdate([[task.id, result, task.meta]], [[task.id, event, undefined]])
    },
    printed: (task, content, time) => {
      const log = { type: 'stdout', content, taskId: task.id, time, size: content.length } as const
      task.logs = [...(task.logs ?? []), log]
      rpc.onUserConsoleLog(log)
    },
    // Importing itself gives the code frame without an edge from the image, on which a watcher would rerun
    // it.
    knowSource: (path) => rpc.ensureModuleGraphEntry(path, path),
  }
}

/** Attaches the serial log and the last screen to a failed test. */
export async function keepRemains(
  rpc: Rpc,
  project: TestProject,
  test: RunnerTestCase,
  remains: Remains,
  testFile: string,
): Promise<void> {
  const { root, attachmentsDir: folder } = project.config
  const retries = test.result?.retryCount ?? 0
  const name = retries === 0 ? test.fullTestName : `${test.fullTestName} retry ${retries}`
  for (const { message, ...attachment } of await writeAttachments(remains, {
    root,
    folder,
    testFile,
    name,
  })) {
    const annotation = { message, type: 'kerneltest', attachment }
    const kept = await rpc.onTaskArtifactRecord(test.id, { type: 'internal:annotation', annotation })
    test.annotations.push(kept.annotation)
  }
}
