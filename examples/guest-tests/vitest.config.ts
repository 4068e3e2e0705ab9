import { defineConfig, kernelProject, kerneltest } from 'kerneltest/vitest'

export default defineConfig({
  test: {
    projects: [
      // Every image is a test file …
      kernelProject({ include: ['passing.elf'] }),
      // … and ordinary test files lie beside them.
      { plugins: [kerneltest()], test: { name: 'host', include: ['*.test.ts'] } },
    ],
  },
})
