import { closestName } from '../support/closest.ts'
import { KernelTestError } from '../support/errors.ts'

/**
 * First parts of Vitest's options, 4.1 and 5. Vitest's parser takes any name without a word, so a name that
 * is in nobody's list but near one of these is taken for a slip; what is near none may be an option of a
 * later Vitest.
 */
const vitestOptions: ReadonlySet<string> = new Set([
  ...[
    'allowOnly',
    'api',
    'attachmentsDir',
    'bail',
    'browser',
    'cache',
    'changed',
    'clearCache',
    'clearScreen',
  ],
  ...['color', 'compare', 'config', 'configLoader', 'coverage', 'dangerouslyIgnoreUnhandledErrors'],
  ...[
    'detectAsyncLeaks',
    'diff',
    'dir',
    'disableConsoleIntercept',
    'dom',
    'environment',
    'exclude',
    'execArgv',
  ],
  ...[
    'expandSnapshotDiff',
    'expect',
    'experimental',
    'fileParallelism',
    'globals',
    'help',
    'hideSkippedTests',
  ],
  ...['hookTimeout', 'includeTaskLocation', 'inspect', 'inspectBrk', 'isolate', 'listTags', 'logHeapUsage'],
  ...['maxConcurrency', 'maxWorkers', 'mergeReports', 'mode', 'open', 'outputFile', 'outputJson'],
  ...[
    'passWithNoTests',
    'pool',
    'printConsoleTrace',
    'project',
    'reporter',
    'retry',
    'root',
    'run',
    'sequence',
  ],
  ...['shard', 'silent', 'slowTestThreshold', 'standalone', 'strictTags', 'tagsFilter', 'teardownTimeout'],
  ...['testNamePattern', 'testTimeout', 'typecheck', 'ui', 'update', 'version', 'vmMemoryLimit', 'watch'],
])

/**
 * @param options as Vitest's parser made them: by first part, in camel case. @throws KernelTestError KT6001
 */
export function checkVitestOptions(options: object): void {
  for (const name of Object.keys(options)) {
    if (vitestOptions.has(name) || name.length === 1) continue
    const closest = closestName(name, vitestOptions)
    if (closest === null) continue
    const hint = `Did you mean \`--${closest}\`? The options of \`kerneltest\` without a command are Vitest's.`
    throw new KernelTestError('KT6001', `there is no option \`--${name}\``, hint)
  }
}
