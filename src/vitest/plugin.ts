import type { Plugin } from 'vitest/config'
import type { TestProject, Vitest } from 'vitest/node'
import type { ProvidedPlaces } from './places.ts'
import { RunReporter } from './run-reporter.ts'
import { defaultTestTimeoutMs } from './timeouts.ts'

const reporting = new WeakSet<Vitest>()

/**
 * The Vitest plugin for TypeScript tests of kernels. Tests run without it too; it keeps machines warm from
 * one test file to the next (`pool: 'threads', isolate: false`, unless the configuration says otherwise) and
 * records the run for `kerneltest report`.
 */
export function kerneltest(): Plugin {
  return {
    name: 'kerneltest',
    config(config) {
      const { pool, isolate, testTimeout = defaultTestTimeoutMs } = config.test ?? {}
      const warm = pool === undefined && isolate === undefined ? { pool: 'threads', isolate: false } : {}
      return { test: { ...warm, testTimeout } }
    },
    configureVitest({ vitest, project }) {
      tellPlaces(project)
      if (reporting.has(vitest)) return
      reporting.add(vitest)
      vitest.config.reporters.push(new RunReporter())
    },
  }
}

/** What tests cannot learn from Vitest's public interface: where the root and the attachments are. */
function tellPlaces(project: TestProject): void {
  const { root, attachmentsDir: attachments } = project.config
  const places: ProvidedPlaces = { root, attachments }
  project.provide('kerneltest' as never, places as never)
}
