import { expect, test } from 'vitest'
import { allControls } from '../../oracle/float/controls.ts'
import { withExact } from '../../oracle/float/exact.ts'
import { withHost } from '../../oracle/float/host.ts'
import { cornerOperands, operandsOf } from '../../oracle/float/operands.ts'
import { caseBytes, type FloatOperation, resultBytes } from '../../oracle/float/operations.ts'
import { orderOf } from '../../oracle/float/order.ts'
import { ourRunner } from '../../oracle/float/ours.ts'
import type { Runner } from '../../oracle/float/program.ts'
import { transcendentalOperations } from '../../oracle/float/transcendental.ts'
import { ordinaryCorners, ordinaryOperands } from '../../oracle/float/transcendental-operands.ts'
import { Random } from '../../oracle/random.ts'

const ours = ourRunner(transcendentalOperations)
const exactControls = [0x37f, 0x77f, 0xb7f, 0xf7f]

/** Equal to what is exact as it is rounded: within 1/2 ulp of it to nearest, within 1 in other directions. */
test('transcendental functions are rounded correctly', () => {
  const [cases, wrong] = withExact((run, version) =>
    compare(
      ...[run, `MPFR ${version}`, () => exactControls],
      (operation, random) => [ordinaryCorners(operation), ordinaryOperands(operation, random, 60_000)],
      (exact, mine) => exact.value === mine.value && exact.flags === mine.flags,
    ),
  )
  expect(wrong.join('\n')).toBe('')
  expect(cases).toBeGreaterThan(1_500_000)
})

/** Within 2 ulp, and with its flags; which way it rounded (C1) follows from its own digits. */
test('transcendental functions are close to what the host does', () => {
  const c1 = 0x200
  const [cases, wrong] = withHost((run, cpu) =>
    compare(
      ...[run, cpu, allControls],
      (operation, random) => [
        cornerOperands(operation),
        operandsOf(operation, random, 1_000),
        ordinaryOperands(operation, random, 3_000),
      ],
      (host, mine) => {
        const apart = orderOf(host.value) - orderOf(mine.value)
        const isSame = host.more === mine.more && ((host.flags ^ mine.flags) & ~c1) === 0
        return isSame && apart >= -2n && apart <= 2n
      },
    ),
  )
  expect(wrong.join('\n')).toBe('')
  expect(cases).toBeGreaterThan(5_000_000)
})

interface Answer {
  readonly value: bigint
  readonly more: number
  readonly flags: number
}

/** Cases, and the first of those that are not right. */
function compare(
  run: Runner,
  name: string,
  controlsOf: (operation: FloatOperation) => readonly number[],
  operandsFor: (operation: FloatOperation, random: Random) => readonly Uint8Array[],
  isRight: (theirs: Answer, mine: Answer) => boolean,
): readonly [number, readonly string[]] {
  const wrong: string[] = []
  let cases = 0
  for (const operation of transcendentalOperations) {
    for (const control of controlsOf(operation)) {
      const random = new Random(`kerneltest slow 1 ${operation.name} ${control}`)
      for (const operands of operandsFor(operation, random)) {
        const [theirs, mine] = [run(operation, control, operands), ours(operation, control, operands)]
        for (let at = 0; at < mine.length; at += resultBytes, cases++) {
          const [expected, actual] = [answerAt(theirs, at), answerAt(mine, at)]
          if (wrong.length >= 30 || isRight(expected, actual)) continue
          const from = (at / resultBytes) * caseBytes
          const [a, b] = [answerAt(operands, from), answerAt(operands, from + 16)].map(textOf)
          const what = `${operation.name} ${control.toString(16)}: ${a}, ${b}`
          wrong.push(`${what}: ${name} ${textOf(expected)}, ours ${textOf(actual)}`)
        }
      }
    }
  }
  process.stdout.write(`${cases} cases of transcendental functions against ${name}\n`)
  return [cases, wrong]
}

function answerAt(bytes: Uint8Array, at: number): Answer {
  const view = new DataView(bytes.buffer, bytes.byteOffset + at)
  const value = (BigInt(view.getUint16(8, true)) << 64n) | view.getBigUint64(0, true)
  return { value, more: view.getUint16(10, true), flags: view.getUint32(12, true) }
}

function textOf({ value, more, flags }: Answer): string {
  return `${value.toString(16)} (flags ${flags.toString(16)}, conditions ${more.toString(16)})`
}
