import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { Decoder } from '../../src/machine/cpu/decode/decoder.ts'
import { lowerRegion } from '../../src/machine/cpu/region/region.ts'
import type { Placed } from '../../src/machine/cpu/region/region-target.ts'
import type { Machine } from '../../src/machine/machine.ts'
import { kernel } from '../kernels/build.ts'
import { codeAt, longMode } from './long-mode.ts'
import { registersOf } from './register-file.ts'

const code = readFileSync(kernel('region-loop'))
/** MOV EDI, MOV ECX and MOV RAX come before the loop. */
const loopAt = 5 + 5 + 10

function loopInstructions(): Placed[] {
  const decoder = new Decoder(64)
  const placed: Placed[] = []
  for (let at = loopAt; at < code.length - 1; ) {
    const instruction = { ...decoder.decode(code, at, code.length) }
    placed.push({ instruction, address: codeAt + BigInt(at) })
    at += instruction.length
  }
  return placed
}

const loop = loopInstructions()
const region = lowerRegion(loop)

function digest(machine: Machine): string {
  return createHash('sha256').update(machine.cpu.ram).digest('hex')
}

/** Runs `budget` units, in the region wherever it can. Answers how many units ran there. */
function runWithRegion(machine: Machine, enter: (budget: number) => number, budget: number): number {
  let left = budget
  let inside = 0
  while (left > 0) {
    if (registersOf(machine.cpu).rip === codeAt + BigInt(loopAt)) {
      const before = left
      left = enter(left)
      inside += before - left
    }
    if (left === 0) break
    if (machine.run(1).kind !== 'budget') break
    left--
  }
  return inside
}

test('a region lowered from the same semantics runs in lockstep with the interpreter', () => {
  expect(loop.map(({ instruction }) => instruction.verdict)).toEqual(loop.map(() => 'valid'))
  expect(loop).toHaveLength(26)
  const whole = 26 * 3000 + 3
  for (const slice of [1, 7, 25, 26, 27, 1000, 4001, whole]) {
    const [one, other] = [longMode(code), longMode(code)]
    const enter = other.cpu.instantiate(region, 'region')
    let inside = 0
    const rounds = Math.min(Math.floor(whole / slice), 300)
    for (let round = 0; round < rounds; round++) {
      expect(one.run(slice)).toEqual({ kind: 'budget' })
      inside += runWithRegion(other, enter, slice)
      expect(registersOf(other.cpu)).toEqual(registersOf(one.cpu))
    }
    expect(digest(other)).toBe(digest(one))
    if (slice >= 1000) expect(inside / (rounds * slice)).toBeGreaterThan(0.9)
  }
})
