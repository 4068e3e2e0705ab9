// A process of the driver: `worker seed from to batch`. It answers with lines of JSON.
import { Fuzzer } from './fuzz.ts'

const [seed = '', ...numbers] = process.argv.slice(2)
const [from = 0, to = 0, batch = 1] = numbers.map(Number)

const fuzzer = new Fuzzer(seed)
for (let next = from; next < to; next += batch) {
  const until = Math.min(next + batch, to)
  for (let number = next; number < until; number++) fuzzer.attempt(number)
  process.stdout.write(`${JSON.stringify({ next: until, totals: fuzzer.take() })}\n`)
}
