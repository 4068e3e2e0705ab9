import { flagBit } from '../register-bits.ts'
import type { Expression } from '../wasm/expression.ts'
import type { Operations, Semantic } from './operations.ts'

/** How far a pointer moves: up, or down with DF. */
function strideOf(b: Operations, bytes = b.bytes): Expression {
  const down = b.op32('and', b.systemFlags(), flagBit.direction)
  return b.select(down, b.constant(-bytes), b.constant(bytes))
}

/** One iteration of each: what repeats it, counts it. */
const store: Semantic = (b) =>
  b.repeat(() => {
    const value = b.get(b.register(0))
    const di = b.pointer('di')
    const slot = b.at('es', di, 'w')
    const next = b.op('add', di, strideOf(b))
    b.commit(() => {
      b.set(slot, value)
      b.setPointer('di', next)
    })
    return null
  }, ['di'])

const load: Semantic = (b) =>
  b.repeat(() => {
    const si = b.pointer('si')
    const value = b.get(b.at('source', si, 'r'))
    const next = b.op('add', si, strideOf(b))
    b.commit(() => {
      b.set(b.register(0), value)
      b.setPointer('si', next)
    })
    return null
  })

const copy: Semantic = (b) =>
  b.repeat(() => {
    const [si, di] = [b.pointer('si'), b.pointer('di')]
    const value = b.get(b.at('source', si, 'r'))
    const slot = b.at('es', di, 'w')
    const stride = strideOf(b)
    const [nextSource, next] = [b.op('add', si, stride), b.op('add', di, stride)]
    b.commit(() => {
      b.set(slot, value)
      b.setPointer('si', nextSource)
      b.setPointer('di', next)
    })
    return null
  }, ['si', 'di'])

const compare: Semantic = (b) =>
  b.repeat(() => {
    const [si, di] = [b.pointer('si'), b.pointer('di')]
    const x = b.get(b.at('source', si, 'r'))
    const y = b.get(b.at('es', di, 'r'))
    const stride = strideOf(b)
    const [nextSource, next] = [b.op('add', si, stride), b.op('add', di, stride)]
    const difference = b.op('sub', x, y)
    b.commit(() => {
      b.flags('sub', difference, x, y)
      b.setPointer('si', nextSource)
      b.setPointer('di', next)
    })
    return difference
  })

const scan: Semantic = (b) =>
  b.repeat(() => {
    const x = b.get(b.register(0))
    const di = b.pointer('di')
    const y = b.get(b.at('es', di, 'r'))
    const next = b.op('add', di, strideOf(b))
    const difference = b.op('sub', x, y)
    b.commit(() => {
      b.flags('sub', difference, x, y)
      b.setPointer('di', next)
    })
    return difference
  })

/** The destination is checked before the port is read: nothing is lost when it faults. */
const input: Semantic = (b) =>
  b.repeat(() => {
    const port = b.get(b.register(2, 2))
    b.checkPort(port, b.bytes)
    const di = b.pointer('di')
    const slot = b.at('es', di, 'w')
    const next = b.op('add', di, strideOf(b))
    b.commit(() => {
      b.set(slot, b.portRead(port))
      b.setPointer('di', next)
    })
    return null
  })

const output: Semantic = (b) =>
  b.repeat(() => {
    const bytes = b.operandBytes(1)
    const port = b.get(b.register(2, 2))
    b.checkPort(port, bytes)
    const si = b.pointer('si')
    const value = b.get(b.at('source', si, 'r', bytes))
    const next = b.op('add', si, strideOf(b, bytes))
    b.commit(() => {
      b.portWrite(port, value, bytes)
      b.setPointer('si', next)
    })
    return null
  })

export const strings: Readonly<Record<string, Semantic>> = {
  STOS: store,
  LODS: load,
  MOVS: copy,
  CMPS: compare,
  SCAS: scan,
  INS: input,
  OUTS: output,
}
