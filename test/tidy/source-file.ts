import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type ParseResult, parseSync } from 'oxc-parser'

export const root = fileURLToPath(new URL('../..', import.meta.url))

/**
 * A file of the repository, or a sample that a test feeds to a rule. `path` is relative to the root, with
 * slashes.
 */
export interface TextFile {
  readonly path: string
  readonly text: string
}

/** A node of the ESTree that oxc-parser answers: only what the rules look at. */
export interface SyntaxNode {
  readonly type: string
  readonly start: number
  readonly end: number
  readonly [field: string]: unknown
}

const codeFolders = ['src', 'matchers', 'test', 'examples', 'scripts', 'bench']
const leftOut = new Set(['node_modules', 'dist', '.git', '.vitest', '.vitest-attachments', '.kerneltest'])

/**
 * Every file of the repository under `folder` (the root by default) whose name ends with one of `extensions`.
 */
export function filesUnder(folder: string, extensions: readonly string[]): TextFile[] {
  return pathsUnder(folder)
    .filter((path) => extensions.some((extension) => path.endsWith(extension)))
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }))
}

/** The paths of every file under `folder`, what tools generate left out. */
export function pathsUnder(folder: string): string[] {
  if (!existsSync(join(root, folder))) return []
  return readdirSync(join(root, folder), { withFileTypes: true })
    .filter((entry) => !leftOut.has(entry.name))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = posix.join(folder, entry.name)
      return entry.isDirectory() ? pathsUnder(path) : [path]
    })
}

/** All TypeScript and JavaScript of the repository. */
export function codeFiles(): TextFile[] {
  return codeFolders.flatMap((folder) => filesUnder(folder, ['.ts', '.mjs']))
}

const parsed = new Map<string, ParseResult>()

export function parse(file: TextFile): ParseResult {
  const key = `${file.path}\0${file.text}`
  const known = parsed.get(key)
  if (known) return known
  const result = parseSync(file.path, file.text)
  const error = result.errors[0]
  if (error) throw new Error(`${file.path} does not parse: ${error.message}`)
  parsed.set(key, result)
  return result
}

/** Visits every node below `node`, itself first, with its parent. */
export function walk(
  node: SyntaxNode,
  visit: (node: SyntaxNode, parent: SyntaxNode | null) => void,
  parent: SyntaxNode | null = null,
): void {
  visit(node, parent)
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) {
      if (isNode(child)) walk(child, visit, node)
    }
  }
}

export function isNode(value: unknown): value is SyntaxNode {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'
}

export function program(file: TextFile): SyntaxNode {
  return parse(file).program as unknown as SyntaxNode
}

/** The 1-based line of an offset. */
export function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length
}
