import { invariant } from '../../../support/invariant.ts'
import { ByteWriter } from './byte-writer.ts'
import { constant, type Expression, type FunctionReference, type Operand, typed } from './expression.ts'
import { type StoreName, stores, typeCodes, type ValueType } from './opcodes.ts'

export interface Local extends Expression {
  readonly index: number
}

/** The target of a branch: the end of a block, or the beginning of a loop. */
export interface Label {
  readonly depth: number
}

const emptyBlock = 0x40

/** Writes the body of one function: statements in order, each made of expressions. */
export class FunctionBuilder {
  readonly parameters: readonly Local[]
  readonly #types: ValueType[] = []
  readonly #results: readonly ValueType[]
  readonly #code = new ByteWriter()
  readonly #free: Record<ValueType, Local[]> = { i32: [], i64: [], f32: [], f64: [], v128: [] }
  readonly #lent: Local[] = []
  #depth = 0

  constructor(parameters: readonly ValueType[], results: readonly ValueType[]) {
    this.parameters = parameters.map((type, index) => localOf(type, index))
    this.#results = results
  }

  local(type: ValueType): Local {
    const local = this.#free[type].pop()
    if (local) {
      this.#lent.push(local)
      return local
    }
    const made = localOf(type, this.parameters.length + this.#types.length)
    this.#types.push(type)
    this.#lent.push(made)
    return made
  }

  /** Locals made inside `body` are free again after it: many handlers of one function share a few. */
  scope(body: () => void): void {
    const before = this.#lent.length
    body()
    for (const local of this.#lent.splice(before).reverse()) this.#free[local.type].push(local)
  }

  /** Evaluates `value` now, and keeps it. */
  let(value: Expression): Local {
    const local = this.local(value.type)
    this.set(local, value)
    return local
  }

  set(local: Local, value: Operand): void {
    this.#write(value, local.type)
    this.#code.byte(0x21).unsigned(local.index)
  }

  store(name: StoreName, address: Operand, value: Operand, offset = 0): void {
    const { code, type } = stores[name]
    this.#write(address, 'i32')
    this.#write(value, type)
    this.#code.opcode(code).byte(0).unsigned(offset)
  }

  /** Calls a function and keeps its results. */
  call(callee: FunctionReference, ...operands: readonly Operand[]): readonly Local[] {
    for (const value of typed(callee.name, operands, callee.parameters)) value.write(this.#code)
    this.#code.byte(0x10).unsigned(callee.index)
    const results = callee.results.map((type) => this.local(type))
    for (const local of [...results].reverse()) this.#code.byte(0x21).unsigned(local.index)
    return results
  }

  /** Calls entry `index` of table 0, which has the type of `like`, and keeps the results. */
  callIndirect(
    like: number,
    signature: FunctionSignature,
    index: Expression,
    ...operands: Operand[]
  ): Local[] {
    for (const value of typed('an indirect call', operands, signature.parameters)) value.write(this.#code)
    index.write(this.#code)
    this.#code.byte(0x11).unsigned(like).byte(0)
    const results = signature.results.map((type) => this.local(type))
    for (const local of [...results].reverse()) this.#code.byte(0x21).unsigned(local.index)
    return results
  }

  if(condition: Expression, then: () => void, otherwise?: () => void): void {
    if (condition.known !== null) {
      if (condition.known !== 0n) then()
      else otherwise?.()
      return
    }
    this.#write(condition, 'i32')
    this.#open(0x04)
    then()
    if (otherwise) {
      this.#code.byte(0x05)
      otherwise()
    }
    this.#close()
  }

  /** `br(end)` inside leaves the block. */
  block(body: (end: Label) => void): void {
    body(this.#open(0x02))
    this.#close()
  }

  /** `br(again)` inside starts over; running off the end leaves. */
  loop(body: (again: Label) => void): void {
    body(this.#open(0x03))
    this.#close()
  }

  br(label: Label, when?: Expression): void {
    if (when?.known === 0n) return
    const conditional = when && when.known === null
    if (conditional) this.#write(when, 'i32')
    this.#code.byte(conditional ? 0x0d : 0x0c).unsigned(this.#depth - label.depth)
  }

  /**
   * Runs `cases[index]`, or the last where there is none. A case that runs off its end goes on behind; one
   * that stands at several places is written once.
   */
  switch(index: Expression, cases: readonly (() => void)[]): void {
    const bodies = [...new Set(cases)]
    const opened = bodies.map(() => this.#open(0x02)).reverse()
    const begins = new Map<() => void, Label>()
    this.block((dispatch) => {
      bodies.forEach((body, position) => {
        begins.set(body, opened[position - 1] ?? dispatch)
      })
      this.#write(index, 'i32')
      this.#code.byte(0x0e).unsigned(cases.length - 1)
      for (const body of cases) this.#code.unsigned(this.#depth - (begins.get(body) ?? dispatch).depth)
    })
    const end = opened.at(-1)
    invariant(end, 'a switch has cases')
    bodies.forEach((body, position) => {
      this.scope(body)
      if (position < bodies.length - 1) this.br(end)
      this.#close()
    })
  }

  return(...values: readonly Operand[]): void {
    for (const value of typed('return', values, this.#results)) value.write(this.#code)
    this.#code.byte(0x0f)
  }

  /** Says that this point is never reached. */
  unreachable(): void {
    this.#code.byte(0x00)
  }

  /** `memory.fill` of `count` bytes. */
  fill(address: Operand, value: Operand, count: Operand): void {
    for (const operand of [address, value, count]) this.#write(operand, 'i32')
    this.#code.byte(0xfc).byte(11).byte(0)
  }

  /** The body as the code section holds it, without its size. */
  finish(): Uint8Array {
    invariant(this.#depth === 0, 'every block is closed')
    const body = new ByteWriter()
    const runs: { type: ValueType; count: number }[] = []
    for (const type of this.#types) {
      const last = runs.at(-1)
      if (last?.type === type) last.count++
      else runs.push({ type, count: 1 })
    }
    body.unsigned(runs.length)
    for (const { type, count } of runs) body.unsigned(count).byte(typeCodes[type])
    return body.append(this.#code.bytes).byte(0x0b).bytes
  }

  #write(value: Operand, type: ValueType): void {
    const expression = typeof value === 'object' ? value : constant(type, value)
    invariant(expression.type === type, `a value is ${type}, not ${expression.type}`)
    expression.write(this.#code)
  }

  #open(code: number): Label {
    this.#code.byte(code).byte(emptyBlock)
    return { depth: ++this.#depth }
  }

  #close(): void {
    this.#code.byte(0x0b)
    this.#depth--
  }
}

export interface FunctionSignature {
  readonly parameters: readonly ValueType[]
  readonly results: readonly ValueType[]
}

function localOf(type: ValueType, index: number): Local {
  return { type, index, known: null, write: (to) => to.byte(0x20).unsigned(index) }
}
