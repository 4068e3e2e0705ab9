import type { Option } from './parse-arguments.ts'

/** The options of `kerneltest report`. Apart from it, because its help needs nothing else. */
export const reportOptions: readonly Option[] = [
  { name: 'output', short: 'o', value: 'FILE', help: 'where to write it; default .kerneltest/report.html' },
]
