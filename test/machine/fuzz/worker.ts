// A process of the driver: `worker seed from to`. It answers with lines of JSON.
import { Fuzzer } from './fuzz.ts'

const [seed = '', from = '0', to = '0'] = process.argv.slice(2)
const batch = 500

const fuzzer = new Fuzzer(seed)
for (let next = Number(from); next < Number(to); next += batch) {
  const until = Math.min(next + batch, Number(to))
  for (let number = next; number < until; number++) fuzzer.attempt(number)
  process.stdout.write(`${JSON.stringify({ next: until, totals: fuzzer.take() })}\n`)
}
