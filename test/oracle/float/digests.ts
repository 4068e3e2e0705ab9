import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Random } from '../random.ts'
import { fewControls } from './controls.ts'
import { type Runner, withHost } from './host.ts'
import { cornerOperands, operandsOf } from './operands.ts'
import { caseBytes, type FloatOperation, operations, resultBytes } from './operations.ts'

const file = fileURLToPath(new URL('recorded.txt', import.meta.url))
const seed = 'kerneltest 1'
const randomCases = 4096
/** Cases of one digest. */
const block = 512

/** `operation control`: what `digestsOf` makes of a CPU's results, in base64. */
export function readDigests(): ReadonlyMap<string, string> {
  const lines = readFileSync(file, 'utf8').trim().split('\n').slice(1)
  return new Map(lines.map((line) => line.split(': ') as [string, string]))
}

/** Records what this machine's CPU does. */
export function recordDigests(): void {
  withHost((run, cpu) => {
    const lines = operations.flatMap((operation) => [...digestsOf(operation, run)])
    const text = lines.map(([name, digests]) => `${name}: ${digests}`).join('\n')
    writeFileSync(file, `# ${cpu}, float-recorder.c, seed "${seed}", a digest for ${block} cases\n${text}\n`)
  })
}

/** Every corner with every other, then random operands, under each of `controls`. */
export function* digestsOf(
  operation: FloatOperation,
  run: Runner,
  controls = fewControls(operation),
): Generator<[name: string, digests: string]> {
  const corners = cornerOperands(operation)
  const random = operandsOf(operation, new Random(`${seed} ${operation.name}`), randomCases)
  const operands = new Uint8Array(corners.length + random.length)
  operands.set(corners)
  operands.set(random, corners.length)
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
