import { defineConfig, kernelProject } from 'kerneltest/vitest'

export default defineConfig({
  test: {
    projects: [
      // Every image is a test file …
      kernelProject({ include: ['passing.elf'] }),
      // … and ordinary test files lie beside them.
      { extends: true, test: { name: 'host', include: ['*.test.ts'] } },
    ],
  },
})
