import type { CpuFeature } from '../../../src/boot/plan.ts'
import type { Build } from './build.ts'

export interface Program {
  readonly name: string
  /** Files of `sources/`, without their ending. */
  readonly sources: readonly string[]
  readonly builds: readonly Build[]
  /** The build that is kept in `recorded/` with what it prints, for those who have no compiler. */
  readonly recorded?: string
}

const levels = ['-O0', '-O1', '-O2', '-O3']
const each = (name: string, ...flags: readonly string[]): readonly Build[] =>
  levels.map((level) => ({ name: `${name} ${level}`, flags: [...flags, level] }))

const sse2 = each('SSE2')
/** All that the model x86-64-v2 has, where compilers find a use for it. */
const v2 = each('x86-64-v2', '-march=x86-64-v2')
const x87 = each('x87', '-m32', '-march=i686', '-mfpmath=387')
/** Without vectors of the compiler's own: GCC 12 gets a product's upper half wrong in MMX. */
const mmx = each('MMX', '-m32', '-march=i686', '-mfpmath=387', '-mmmx', '-fno-tree-vectorize')
/** The same registers in 32-bit code, eight of them. */
const narrow = each('SSE2 in 32 bits', '-m32', '-march=pentium4', '-mfpmath=sse')
const plain = [...sse2, ...v2.slice(2), ...narrow.slice(2), ...x87]

const million: Build = { name: 'SSE2 -O2', flags: ['-O2', '-DVALUES=1000000'] }

/** Builds for processors that have more than the model, and are made with it. */
const withFeature = (feature: CpuFeature, flag: string) =>
  each(feature, '-march=x86-64-v2', flag).map((build) => ({ ...build, features: { [feature]: true } }))

/** Our own programs, and how they are compiled. */
export const programs: readonly Program[] = [
  { name: 'linpack', sources: ['linpack'], builds: plain },
  { name: 'mandelbrot', sources: ['mandelbrot'], builds: plain },
  { name: 'numeric', sources: ['numeric'], builds: plain, recorded: 'SSE2 -O2' },
  { name: 'decimal', sources: ['decimal'], builds: plain },
  { name: 'a million decimals', sources: ['decimal'], builds: [million] },
  { name: 'modes', sources: ['modes'], builds: [...sse2, ...v2], recorded: 'x86-64-v2 -O2' },
  { name: 'extended', sources: ['extended'], builds: [...sse2, ...x87], recorded: 'x87 -O2' },
  { name: 'mmx', sources: ['mmx'], builds: mmx },
  { name: 'pixels', sources: ['pixels'], builds: [...sse2, ...v2] },
  { name: 'strings', sources: ['strings'], builds: [...sse2, ...v2, ...x87] },
  { name: 'aes', sources: ['aes'], builds: withFeature('aes', '-maes') },
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
