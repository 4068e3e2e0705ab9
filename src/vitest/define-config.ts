import { mergeConfig, type ViteUserConfig, defineConfig as vitestConfig } from 'vitest/config'
import { kerneltest } from './plugin.ts'

/** Vitest's `defineConfig` with the plugin in it. */
export function defineConfig(config: ViteUserConfig): ViteUserConfig {
  return vitestConfig(mergeConfig({ plugins: [kerneltest()] }, config))
}
