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
      recordRun(vitest)
    },
  }
}

/**
 * The part of the plugin that changes nothing of how tests are run: the record for `kerneltest report`.
 * Vitest asks the plugins of projects alone, so it goes to each that the configuration has in itself.
 */
export function runRecorder(): Plugin {
  const recorder: Plugin = {
    name: 'kerneltest:record',
    configureVitest({ vitest }) {
      recordRun(vitest)
    },
  }
  return {
    ...recorder,
    config({ test }) {
      for (const project of test?.projects ?? []) {
        if (typeof project === 'object' && 'test' in project) {
          project.plugins = [...(project.plugins ?? []), recorder]
        }
      }
    },
  }
}

function recordRun(vitest: Vitest): void {
  if (reporting.has(vitest)) return
  reporting.add(vitest)
  vitest.config.reporters.push(new RunReporter())
}

/** What tests cannot learn from Vitest's public interface: where the root and the attachments are. */
function tellPlaces(project: TestProject): void {
  const { root, attachmentsDir: attachments } = project.config
  const places: ProvidedPlaces = { root, attachments }
  project.provide('kerneltest' as never, places as never)
}
