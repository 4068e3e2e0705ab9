import { defineConfig } from 'kerneltest/vitest'

export default defineConfig({})
