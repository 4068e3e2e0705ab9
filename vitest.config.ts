import { defineConfig } from 'vitest/config'
import { pathWithoutQemu } from './test/support/path-without-qemu.ts'

/** What the embedded engine does by itself, real boot media among it: no QEMU is on the path of these. */
const onlyWithoutQemu = ['test/engines/embedded/**/*.test.ts', 'test/boot/embedded-*.test.ts']

/** On the embedded engine in the first project, on QEMU in the second. */
const onBoth = ['test/boot/grub.test.ts']

const noQemu = {
  PATH: pathWithoutQemu(process.env['PATH'] ?? ''),
  KERNELTEST_QEMU: '',
  KERNELTEST_TEST_QEMUS: 'none',
}

/** Where CI wants a JSON report of each run, for `scripts/summary.mjs`. */
const reports = process.env['KERNELTEST_REPORTS']

export default defineConfig({
  test: {
    // Most tests wait for a machine: one worker for each processor, not one fewer.
    maxWorkers: '100%',
    projects: [
      {
        extends: true,
        test: { name: 'without QEMU', include: [...onlyWithoutQemu, ...onBoth], env: noQemu },
      },
      {
        extends: true,
        test: { name: 'with QEMU', include: ['test/**/*.test.ts'], exclude: onlyWithoutQemu },
      },
    ],
    // Above the time limit of a machine, so that a wait that fails can say why.
    testTimeout: 70_000,
    ...(reports && { reporters: ['default', ['json', { outputFile: `${reports}/vitest.json` }]] }),
  },
})
