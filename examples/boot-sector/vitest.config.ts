import { kerneltest } from 'kerneltest/vitest'
import { defineConfig } from 'vitest/config'

export default defineConfig({ plugins: [kerneltest()] })
