import { kernelProject } from 'kerneltest/vitest'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: { projects: [kernelProject({ include: ['failing.elf', 'panicking.elf'] })] },
})
