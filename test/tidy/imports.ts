import { posix } from 'node:path'
import type { Room } from './rooms.ts'
import { parse, program, type SyntaxNode, type TextFile, walk } from './source-file.ts'

/**
 * One import or re-export: `target` is a path from the root for relative imports, else the specifier as
 * written.
 */
interface Import {
  readonly from: string
  readonly specifier: string
  readonly target: string
  readonly relative: boolean
}

function importsOf(file: TextFile): Import[] {
  const { module } = parse(file)
  const specifiers = new Set<string>(module.staticImports.map((one) => one.moduleRequest.value))
  for (const { entries } of module.staticExports) {
    for (const { moduleRequest } of entries) if (moduleRequest) specifiers.add(moduleRequest.value)
  }
  walk(program(file), (node) => {
    const written = node.type === 'ImportExpression' || node.type === 'TSImportType' ? node['source'] : null
    const value = (written as SyntaxNode | null)?.['value']
    if (typeof value === 'string') specifiers.add(value)
  })
  return [...specifiers].map((specifier) => {
    const relative = specifier.startsWith('.')
    const target = relative ? posix.join(posix.dirname(file.path), specifier) : specifier
    return { from: file.path, specifier, target, relative }
  })
}

/** Imports that the table does not allow, and files of `src/` and `matchers/` that belong to no room. */
export function forbiddenImports(files: readonly TextFile[], rooms: readonly Room[]): string[] {
  return files.flatMap((file) => {
    const room = roomOf(file.path, rooms)
    if (!room) return [`${file.path} belongs to no room of test/tidy/rooms.ts`]
    return importsOf(file)
      .filter((one) => !allowed(one, room, rooms))
      .map((one) => `${file.path} imports ${one.specifier}, which ${room.path} may not`)
  })
}

function allowed(one: Import, room: Room, rooms: readonly Room[]): boolean {
  if (one.relative) {
    if (!one.target.endsWith('.ts')) return false
    return roomOf(one.target, rooms) === room || room.mayImport.some((path) => within(one.target, path))
  }
  const name = one.specifier.startsWith('node:') ? one.specifier : packageName(one.specifier)
  return room.packages.includes(name) || (name.startsWith('node:') && room.packages.includes('node:*'))
}

function roomOf(path: string, rooms: readonly Room[]): Room | undefined {
  return rooms.filter((room) => within(path, room.path)).sort((a, b) => b.path.length - a.path.length)[0]
}

function within(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`)
}

function packageName(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/')
}

/** Cycles among files, each once, as `a → b → a`. */
export function cycles(files: readonly TextFile[]): string[] {
  const edges = new Map(
    files.map((file) => [
      file.path,
      importsOf(file)
        .filter((one) => one.relative)
        .map((one) => one.target),
    ]),
  )
  const done = new Set<string>()
  const found: string[] = []
  const visit = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path)
    if (start >= 0) found.push([...trail.slice(start), path].join(' → '))
    if (start >= 0 || done.has(path)) return
    for (const next of edges.get(path) ?? []) visit(next, [...trail, path])
    done.add(path)
  }
  for (const path of edges.keys()) visit(path, [])
  return found
}

/** Names that make a run differ from the next: forbidden where the machine lives. */
const impureNames = new Set(['Date', 'performance', 'setTimeout', 'setInterval', 'process', 'Buffer'])

export function impurities(files: readonly TextFile[]): string[] {
  return files.flatMap((file) => {
    const found = new Set<string>()
    walk(program(file), (node, parent) => {
      const name = node['name']
      if (node.type !== 'Identifier' || typeof name !== 'string') return
      const isProperty = parent?.type === 'MemberExpression' && parent['property'] === node
      if (!isProperty && impureNames.has(name)) found.add(name)
      if (isProperty && name === 'random' && (parent['object'] as SyntaxNode)['name'] === 'Math') {
        found.add('Math.random')
      }
    })
    return [...found].map((name) => `${file.path} uses ${name}: the machine has no clock, chance or host`)
  })
}
