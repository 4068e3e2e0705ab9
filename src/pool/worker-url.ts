import { existsSync } from 'node:fs'
import { invariant } from '../support/invariant.ts'

/**
 * The worker's module as a thread can load it. Run from sources (our own tests), that is the built file: Node
 * 20 loads no TypeScript in a thread.
 */
export function workerUrl(): URL {
  if (!import.meta.url.endsWith('.ts')) return new URL('./worker.js', import.meta.url)
  const built = new URL('../../dist/src/pool/worker.js', import.meta.url)
  invariant(existsSync(built), 'the worker runs from dist/, which `npm run build` makes')
  return built
}
