import { existsSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import type { TestProjectInlineConfiguration } from 'vitest/config'
import type { CliOptions, TestUserConfig } from 'vitest/node'
import { KernelTestError } from '../support/errors.ts'
import { checkVitestOptions } from './vitest-options.ts'

type VitestNode = typeof import('vitest/node')

/** The names under which Vitest looks for its configuration in the root. */
const configNames = ['vitest.config', 'vite.config'].flatMap((name) =>
  ['.ts', '.mts', '.cts', '.js', '.mjs', '.cjs'].map((extension) => name + extension),
)

/**
 * What `kerneltest [FILE…]` does: runs the project's tests by Vitest, whose options all hold. Without a
 * configuration it runs the test files of the directory, and every kernel image that is named. Answers
 * whether all is well.
 * @throws KernelTestError KT6001 for a misspelt option, KT6009 where Vitest is not installed.
 */
export async function runTests(argv: readonly string[]): Promise<boolean> {
  const vitest = await loadVitest()
  const { filter, options } = vitest.parseCLI(['vitest', 'run', ...argv])
  checkVitestOptions(options)
  const projects = hasConfig(options) ? undefined : await defaultProjects(filter)
  const { runRecorder } = await import('./plugin.ts')
  const context = await vitest.startVitest(
    'test',
    filter,
    { ...normalized(filter, options), ...(projects && { config: false, projects }) },
    // A configuration may do without our plugin.
    { plugins: [runRecorder()] },
  )
  if (context.shouldKeepServer()) await new Promise<void>((closed) => context.onClose(closed))
  return !process.exitCode
}

async function loadVitest(): Promise<VitestNode> {
  try {
    return await import('vitest/node')
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND')) throw error
    throw new KernelTestError('KT6009', 'Vitest is not installed here', 'npm install --save-dev vitest')
  }
}

function hasConfig({ root = '.', config }: CliOptions): boolean {
  return config !== undefined || configNames.some((name) => existsSync(resolve(root, name)))
}

async function defaultProjects(files: readonly string[]): Promise<TestUserConfig['projects']> {
  const { kernelProject } = await import('./kernel-project.ts')
  const { kerneltest } = await import('./plugin.ts')
  const images = files.filter((file) => isFile(file) && !/\.[cm]?[jt]sx?$/.test(file))
  const tests: TestProjectInlineConfiguration = {
    plugins: [kerneltest()],
    test: { name: 'tests' },
  }
  return images.length === 0 ? [tests] : [tests, kernelProject({ include: images.map(literalGlob) })]
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false
}

/** A path as a glob pattern that matches nothing else. */
function literalGlob(path: string): string {
  return path.replaceAll(/[\\*?[\]{}()!@+|]/g, '\\$&')
}

/** What Vitest's own command makes of its arguments before it starts. */
function normalized(filter: readonly string[], { exclude, ...options }: CliOptions): CliOptions {
  return {
    ...options,
    ...(exclude && { cliExclude: [exclude].flat() }),
    ...(filter.some((file) => file.includes(':')) && { includeTaskLocation: true }),
  }
}
