import type { CpuFeature } from '../../../src/boot/plan.ts'
import type { Build } from './build.ts'

export interface Program {
  readonly name: string
  /** Files of `sources/`, without their ending. */
  readonly sources: readonly string[]
  readonly builds: readonly Build[]
}

const levels = ['-O0', '-O1', '-O2', '-O3']
const each = (name: string, ...flags: readonly string[]): readonly Build[] =>
  levels.map((level) => ({ name: `${name} ${level}`, flags: [...flags, level] }))

const sse2 = each('SSE2')
/** All that the model x86-64-v2 has, where compilers find a use for it. */
const v2 = each('x86-64-v2', '-march=x86-64-v2')
const x87 = each('x87', '-m32', '-march=i686', '-mfpmath=387')
const plain = [...sse2, ...v2.slice(2), ...x87]

const million: Build = { name: 'SSE2 -O2', flags: ['-O2', '-DVALUES=1000000'] }

/** For machines that are made with more than the model has. */
const withFeature = (feature: CpuFeature, ...flags: readonly string[]): readonly Build[] =>
  each(feature, '-march=x86-64-v2', ...flags).map((build) => ({ ...build, features: [feature] }))

/** Our own programs, and how they are compiled. */
export const programs: readonly Program[] = [
  { name: 'linpack', sources: ['linpack'], builds: plain },
  { name: 'mandelbrot', sources: ['mandelbrot'], builds: plain },
  { name: 'numeric', sources: ['numeric'], builds: plain },
  { name: 'decimal', sources: ['decimal'], builds: plain },
  { name: 'a million decimals', sources: ['decimal'], builds: [million] },
  { name: 'modes', sources: ['modes'], builds: [...sse2, ...v2] },
  { name: 'extended', sources: ['extended'], builds: [...sse2, ...x87] },
  { name: 'pixels', sources: ['pixels'], builds: [...sse2, ...v2] },
  { name: 'strings', sources: ['strings'], builds: [...sse2, ...v2, ...x87] },
  { name: 'crc', sources: ['crc'], builds: [...plain, ...withFeature('pclmulqdq', '-mpclmul')] },
  {
    name: 'sha256',
    sources: ['sha256', 'sha256-messages'],
    builds: plain,
  },
  {
    name: 'sha256-instructions',
    sources: ['sha256-instructions', 'sha256-messages'],
    builds: withFeature('sha-ni', '-msha'),
  },
]
