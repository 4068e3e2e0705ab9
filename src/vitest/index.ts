export { defineConfig } from './define-config.ts'
export {
  type GuestLanguageName,
  type KernelBootOptions,
  type KernelProjectOptions,
  kernelProject,
} from './kernel-project.ts'
export { kerneltest } from './plugin.ts'
