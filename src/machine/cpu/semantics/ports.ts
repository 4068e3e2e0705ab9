import type { Semantic } from './operations.ts'

const input: Semantic = (b) => {
  const port = b.op('and', b.source(1), 0xffff)
  b.checkPort(port, b.operandBytes(0))
  const destination = b.operand(0, 'w')
  b.commit(() => b.set(destination, b.portRead(port)))
}

const output: Semantic = (b) => {
  const port = b.op('and', b.source(0), 0xffff)
  b.checkPort(port, b.operandBytes(1))
  const value = b.source(1)
  b.commit(() => b.portWrite(port, value, b.operandBytes(1)))
}

const halt: Semantic = (b) => b.commit(() => b.halt())

export const ports: Readonly<Record<string, Semantic>> = { IN: input, OUT: output, HLT: halt }
