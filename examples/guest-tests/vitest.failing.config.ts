import { defineConfig, kernelProject } from 'kerneltest/vitest'

export default defineConfig({
  test: { projects: [kernelProject({ include: ['failing.elf', 'panicking.elf'] })] },
})
