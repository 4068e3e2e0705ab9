import { defineConfig } from 'vitest/config'

/** Where CI wants a JSON report of each run, for `scripts/summary.mjs`. */
const reports = process.env['KERNELTEST_REPORTS']

export default defineConfig({
  test: {
    // Most tests wait for a machine: one worker for each processor, not one fewer.
    maxWorkers: '100%',
    include: ['test/**/*.test.ts'],
    // Above the time limit of a machine, so that a wait that fails can say why.
    testTimeout: 70_000,
    ...(reports && { reporters: ['default', ['json', { outputFile: `${reports}/vitest.json` }]] }),
  },
})
