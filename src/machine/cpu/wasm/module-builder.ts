import { invariant } from '../../../support/invariant.ts'
import { ByteWriter } from './byte-writer.ts'
import type { FunctionReference } from './expression.ts'
import { FunctionBuilder, type FunctionSignature } from './function-builder.ts'
import { typeCodes, type ValueType } from './opcodes.ts'

const header = new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0])
const section = { custom: 0, type: 1, import: 2, function: 3, table: 4, export: 7, element: 9, code: 10 }
const kind = { function: 0, table: 1, memory: 2 }

/**
 * Builds one WebAssembly module with an imported memory, at most one table of functions, and names that
 * debuggers and profilers show. The same calls give the same bytes.
 */
export class ModuleBuilder {
  readonly #types: string[] = []
  readonly #signatures: FunctionSignature[] = []
  readonly #imports: { readonly module: string; readonly reference: FunctionReference }[] = []
  readonly #functions: { readonly reference: FunctionReference; body: Uint8Array | null }[] = []
  readonly #exports: { readonly name: string; readonly reference: FunctionReference }[] = []
  readonly #elements: FunctionReference[] = []
  #memory: { readonly module: string; readonly name: string; readonly pages: number } | null = null

  /** `pages` of 64 KiB is the least that whoever instantiates the module has to bring. */
  importMemory(module: string, name: string, pages: number): void {
    this.#memory = { module, name, pages }
  }

  /** Imports are numbered before all functions, so they come first. */
  importFunction(
    module: string,
    name: string,
    parameters: ValueType[],
    results: ValueType[],
  ): FunctionReference {
    invariant(this.#functions.length === 0, 'imports come before functions')
    const reference = { name, index: this.#imports.length, parameters, results }
    this.#imports.push({ module, reference })
    return reference
  }

  /** A function that can be called before its body is written. */
  declare(name: string, parameters: readonly ValueType[], results: readonly ValueType[]): FunctionReference {
    const index = this.#imports.length + this.#functions.length
    const reference = { name, index, parameters, results }
    this.#functions.push({ reference, body: null })
    return reference
  }

  /** Writes the body of a declared function. */
  define(reference: FunctionReference, write: (f: FunctionBuilder) => void): FunctionReference {
    const found = this.#functions[reference.index - this.#imports.length]
    invariant(found && found.body === null, `${reference.name} is declared, and written once`)
    const builder = new FunctionBuilder(reference.parameters, reference.results)
    write(builder)
    found.body = builder.finish()
    return reference
  }

  function(
    name: string,
    parameters: readonly ValueType[],
    results: readonly ValueType[],
    write: (f: FunctionBuilder) => void,
  ): FunctionReference {
    return this.define(this.declare(name, parameters, results), write)
  }

  /** Size of a function's body. */
  bytesOf(reference: FunctionReference): number {
    return this.#functions[reference.index - this.#imports.length]?.body?.length ?? 0
  }

  export(reference: FunctionReference): void {
    this.#exports.push({ name: reference.name, reference })
  }

  /** Puts a function into the table; answers its position there. */
  element(reference: FunctionReference): number {
    return this.#elements.push(reference) - 1
  }

  /** The number of a function type, for indirect calls. */
  type({ parameters, results }: FunctionSignature): number {
    const text = `${parameters.join()}>${results.join()}`
    const known = this.#types.indexOf(text)
    if (known >= 0) return known
    this.#signatures.push({ parameters, results })
    return this.#types.push(text) - 1
  }

  build(): Uint8Array<ArrayBuffer> {
    for (const { reference } of [...this.#imports, ...this.#functions]) this.type(reference)
    const to = new ByteWriter().append(header)
    writeSection(to, section.type, this.#signatures, ({ parameters, results }, each) => {
      each.byte(0x60)
      for (const list of [parameters, results]) {
        each.unsigned(list.length)
        for (const type of list) each.byte(typeCodes[type])
      }
    })
    this.#writeImports(to)
    writeSection(to, section.function, this.#functions, ({ reference }, each) => {
      each.unsigned(this.type(reference))
    })
    const { length } = this.#elements
    if (length > 0)
      writeSection(to, section.table, [length], (size, each) => each.byte(0x70).byte(0).unsigned(size))
    writeSection(to, section.export, this.#exports, ({ name, reference }, each) => {
      each.name(name).byte(kind.function).unsigned(reference.index)
    })
    if (length > 0) this.#writeElements(to)
    writeSection(to, section.code, this.#functions, ({ reference, body }, each) => {
      invariant(body, `${reference.name} has a body`)
      each.unsigned(body.length).append(body)
    })
    this.#writeNames(to)
    return to.bytes
  }

  #writeImports(to: ByteWriter): void {
    const functions = this.#imports.map(({ module, reference }) => (each: ByteWriter) => {
      each.name(module).name(reference.name).byte(kind.function).unsigned(this.type(reference))
    })
    const memory = this.#memory
    const memories = memory
      ? [
          (each: ByteWriter) =>
            void each.name(memory.module).name(memory.name).byte(kind.memory).byte(0).unsigned(memory.pages),
        ]
      : []
    writeSection(to, section.import, [...functions, ...memories], (write, each) => write(each))
  }

  #writeElements(to: ByteWriter): void {
    writeSection(to, section.element, [this.#elements], (functions, each) => {
      each.byte(0).byte(0x41).byte(0).byte(0x0b).unsigned(functions.length)
      for (const { index } of functions) each.unsigned(index)
    })
  }

  /** Custom section `name`, Core Specification appendix 7.4. */
  #writeNames(to: ByteWriter): void {
    const all = [...this.#imports, ...this.#functions].map(({ reference }) => reference)
    const names = new ByteWriter().unsigned(all.length)
    for (const { index, name } of all) names.unsigned(index).name(name)
    const body = new ByteWriter().name('name').byte(1).unsigned(names.length).append(names.bytes)
    to.byte(section.custom).unsigned(body.length).append(body.bytes)
  }
}

function writeSection<Item>(
  to: ByteWriter,
  id: number,
  items: readonly Item[],
  write: (item: Item, each: ByteWriter) => void,
): void {
  if (items.length === 0) return
  const body = new ByteWriter().unsigned(items.length)
  for (const item of items) write(item, body)
  to.byte(id).unsigned(body.length).append(body.bytes)
}
