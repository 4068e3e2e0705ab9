import { defineConfig } from 'vitest/config'

/** Where CI wants a JSON report of each run, for `scripts/summary.mjs`. */
const reports = process.env['KERNELTEST_REPORTS']

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 30_000,
    ...(reports && { reporters: ['default', ['json', { outputFile: `${reports}/vitest.json` }]] }),
  },
})
