import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Random } from '../random.ts'
import { fewControls } from './controls.ts'
import { withExact } from './exact.ts'
import { withHost } from './host.ts'
import { cornerOperands, operandsOf } from './operands.ts'
import { caseBytes, type FloatOperation, operations, resultBytes } from './operations.ts'
import type { Runner } from './program.ts'
import { transcendentalOperations } from './transcendental.ts'
import { ordinaryCorners, ordinaryOperands } from './transcendental-operands.ts'

const files = { host: 'recorded.txt', exact: 'exact.txt' } as const
const seed = 'kerneltest 1'
const randomCases = 4096
/** Cases of one digest. */
const block = 512

/** `operation control`: what `digestsOf` makes of a CPU's results, or of exact ones, in base64. */
export function readDigests(from: keyof typeof files = 'host'): ReadonlyMap<string, string> {
  const lines = readFileSync(pathOf(from), 'utf8').trim().split('\n').slice(1)
  return new Map(lines.map((line) => line.split(': ') as [string, string]))
}

/** Records what this machine's CPU does. */
export function recordDigests(): void {
  withHost((run, cpu) => {
    const lines = operations.flatMap((operation) => [...digestsOf(operation, run)])
    writeDigests('host', `${cpu}, float-recorder.c`, lines)
  })
}

/** Records what transcendental operations come to, rounded correctly. */
export function recordExactDigests(): void {
  withExact((run, version) => {
    const lines = transcendentalOperations.flatMap((operation) => [...exactDigestsOf(operation, run)])
    writeDigests('exact', `MPFR ${version}, exact.c`, lines)
  })
}

function pathOf(which: keyof typeof files): string {
  return fileURLToPath(new URL(files[which], import.meta.url))
}

function writeDigests(
  to: keyof typeof files,
  by: string,
  lines: readonly (readonly [string, string])[],
): void {
  const text = lines.map(([name, digests]) => `${name}: ${digests}`).join('\n')
  writeFileSync(pathOf(to), `# ${by}, seed "${seed}", a digest for ${block} cases\n${text}\n`)
}

type Digests = Generator<[name: string, digests: string]>

/** Every corner with every other, then random operands, under each of `controls`. */
export function* digestsOf(
  operation: FloatOperation,
  run: Runner,
  controls = fewControls(operation),
): Digests {
  const random = operandsOf(operation, new Random(`${seed} ${operation.name}`), randomCases)
  yield* digests(operation, run, controls, cornerOperands(operation), random)
}

/** The same of a transcendental operation and its ordinary operands: every rounding, all masked. */
export function* exactDigestsOf(operation: FloatOperation, run: Runner): Digests {
  const random = ordinaryOperands(operation, new Random(`${seed} ${operation.name}`), randomCases)
  yield* digests(operation, run, [0x37f, 0x77f, 0xb7f, 0xf7f], ordinaryCorners(operation), random)
}

function* digests(
  operation: FloatOperation,
  run: Runner,
  controls: readonly number[],
  ...lists: readonly Uint8Array[]
): Digests {
  const operands = Buffer.concat(lists)
  for (const control of controls) {
    const name = `${operation.name} ${control.toString(16)}`
    yield [name, Buffer.from(digestsOfResults(run(operation, control, operands)).buffer).toString('base64')]
  }
}

export function casesOf(operation: FloatOperation): number {
  return cornerOperands(operation).length / caseBytes + randomCases
}

/** Which cases differ, by their digests. */
export function firstDifference(ours: string, recorded: string | undefined): string {
  if (recorded === undefined) return 'not recorded'
  const [a, b] = [Buffer.from(ours, 'base64'), Buffer.from(recorded, 'base64')]
  let at = 0
  while (at < a.length && a[at] === b[at]) at++
  const from = Math.floor(at / 4) * block
  return `cases ${from} to ${from + block - 1} are not as recorded`
}

/** FNV-1a over words instead of bytes. */
function digestsOfResults(results: Uint8Array): Uint32Array {
  const words = new Uint32Array(results.buffer, results.byteOffset, results.length / 4)
  const wordsOfBlock = (block * resultBytes) / 4
  const digests = new Uint32Array(Math.ceil(words.length / wordsOfBlock))
  for (let number = 0; number < digests.length; number++) {
    const end = Math.min(words.length, (number + 1) * wordsOfBlock)
    let hash = 0x811c_9dc5
    for (let at = number * wordsOfBlock; at < end; at++) {
      hash = Math.imul(hash ^ (words[at] as number), 0x0100_0193)
      hash ^= hash >>> 15
    }
    digests[number] = hash
  }
  return digests
}
