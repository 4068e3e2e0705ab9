// A process of the driver: for each line `from to` on its input it answers with a line of JSON.
import { createInterface } from 'node:readline'
import { Fuzzer } from './fuzz.ts'

const [, , seed = ''] = process.argv
const fuzzer = new Fuzzer(seed)

createInterface({ input: process.stdin }).on('line', (line) => {
  const [from = 0, to = 0] = line.split(' ').map(Number)
  for (let number = from; number < to; number++) fuzzer.attempt(number)
  process.stdout.write(`${JSON.stringify(fuzzer.take())}\n`)
})
