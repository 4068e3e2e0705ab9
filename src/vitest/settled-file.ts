import { stat } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'

/** A linker writes in pieces, so a watcher sees an image too early. Two looks so far apart must agree. */
const stillMs = 100
const longestWaitMs = 10_000

/** Waits until a file keeps its size and time of change, or is gone. */
export async function fileIsSettled(path: string): Promise<void> {
  let before = await look(path)
  for (let waited = 0; waited < longestWaitMs; waited += stillMs) {
    await sleep(stillMs)
    const now = await look(path)
    if (now === before) return
    before = now
  }
}

async function look(path: string): Promise<string | null> {
  const found = await stat(path).catch(() => null)
  return found === null ? null : `${found.size} ${found.mtimeMs}`
}
