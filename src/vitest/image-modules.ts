import type { Plugin } from 'vitest/config'

/** What stands for a test list that only a run can tell. */
const unknownTests = ['(its tests are found by running it)']

/**
 * Gives Vite a module for each image, so that what looks at test files without the pool does not trip over a
 * binary: `vitest list` (Vitest 5 parses statically), `related`, `--changed`, the UI. The module is never
 * executed.
 * @param isImage whether the project has this file as a test.
 * @param tests names that are known without running, if they are.
 */
export function imageModules(
  isImage: (id: string) => boolean,
  tests: readonly string[] = unknownTests,
): Plugin {
  const calls = tests.map((name) => `test(${JSON.stringify(name)}, () => {})`)
  return {
    name: 'kerneltest:images',
    enforce: 'pre',
    load: (id) =>
      isImage(id) ? { code: `import { test } from 'vitest'\n${calls.join('\n')}\n`, map: null } : null,
  }
}
