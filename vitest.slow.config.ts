import { defineConfig } from 'vitest/config'

/** Tests that take minutes to hours: `npm run test:oracle`, or one file of them with this configuration. */
export default defineConfig({
  test: {
    include: ['test/**/*.slow.ts'],
    testTimeout: 40 * 60_000,
  },
})
