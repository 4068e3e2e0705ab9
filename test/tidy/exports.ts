import { posix } from 'node:path'
import { isNode, parse, program, type SyntaxNode, type TextFile } from './source-file.ts'

/** What a user can import: its name, where it is declared, and whether it exists at run time. */
export interface PublicExport {
  readonly name: string
  readonly path: string
  readonly isValue: boolean
  readonly documented: boolean
}

/** The exports of `entry`, followed through re-exports and imports to their declarations. */
export function exportsOf(entry: string, files: ReadonlyMap<string, TextFile>): PublicExport[] {
  const file = files.get(entry)
  if (!file) throw new Error(`no such file: ${entry}`)
  return parse(file).module.staticExports.flatMap(({ entries }) =>
    entries.flatMap((one): PublicExport[] => {
      const target = one.moduleRequest && resolve(entry, one.moduleRequest.value)
      if (target && one.importName.kind === 'AllButDefault') return exportsOf(target, files)
      const name = one.exportName.name ?? ''
      if (target) return [{ ...find(target, one.importName.name ?? name, files), name }]
      return [{ ...find(entry, one.localName.name ?? name, files), name }]
    }),
  )
}

function find(path: string, name: string, files: ReadonlyMap<string, TextFile>): PublicExport {
  const file = files.get(path)
  if (!file) return { name, path, isValue: false, documented: true }
  const statement = declarations(file).find((one) => one.names.includes(name))
  if (statement) return { name, path, isValue: statement.isValue, documented: hasDocComment(file, statement) }
  const { module } = parse(file)
  for (const { entries } of module.staticExports) {
    const again = entries.find((one) => one.exportName.name === name && one.moduleRequest)
    if (again?.moduleRequest) {
      return find(resolve(path, again.moduleRequest.value), again.importName.name ?? name, files)
    }
  }
  for (const { entries, moduleRequest } of module.staticImports) {
    const origin = entries.find((one) => one.localName.value === name)
    if (origin) return find(resolve(path, moduleRequest.value), origin.importName.name ?? name, files)
  }
  for (const { entries } of module.staticExports) {
    for (const one of entries) {
      if (!one.moduleRequest || one.importName.kind !== 'AllButDefault') continue
      const found = find(resolve(path, one.moduleRequest.value), name, files)
      if (found.path !== '') return found
    }
  }
  return { name, path: '', isValue: false, documented: false }
}

function resolve(from: string, specifier: string): string {
  return specifier.startsWith('.') ? posix.join(posix.dirname(from), specifier) : specifier
}

interface Declaration {
  readonly names: readonly string[]
  readonly isValue: boolean
  readonly start: number
}

function declarations(file: TextFile): Declaration[] {
  const body = program(file)['body'] as readonly SyntaxNode[]
  return body.flatMap((statement): Declaration[] => {
    const inner = statement.type === 'ExportNamedDeclaration' ? statement['declaration'] : statement
    if (!isNode(inner)) return []
    const list = inner.type === 'VariableDeclaration' ? (inner['declarations'] as SyntaxNode[]) : [inner]
    const names = list.flatMap((one) => {
      const id = one['id']
      return isNode(id) && typeof id['name'] === 'string' ? [id['name']] : []
    })
    const isValue = !['TSInterfaceDeclaration', 'TSTypeAliasDeclaration'].includes(inner.type)
    return names.length > 0 ? [{ names, isValue, start: statement.start }] : []
  })
}

/** A JSDoc comment that ends right before the declaration. */
function hasDocComment(file: TextFile, declaration: Declaration): boolean {
  return parse(file).comments.some(
    (comment) =>
      comment.type === 'Block' &&
      comment.value.startsWith('*') &&
      comment.end <= declaration.start &&
      file.text.slice(comment.end, declaration.start).trim() === '',
  )
}

/** Public exports without a doc comment, and public values that no page of the documentation names. */
export function undocumented(exports: readonly PublicExport[], pages: readonly TextFile[]): string[] {
  const named = (name: string) => pages.some((page) => new RegExp(`\\b${name}\\b`).test(page.text))
  return [
    ...exports
      .filter((one) => !one.documented)
      .map((one) => `${one.name} (${one.path || 'declared nowhere'}) has no doc comment`),
    ...exports
      .filter((one) => one.isValue && !named(one.name))
      .map((one) => `${one.name} (${one.path}) is named on no page of docs/`),
  ]
}
