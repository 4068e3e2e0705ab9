import { isNode, lineAt, parse, program, type SyntaxNode, type TextFile, walk } from './source-file.ts'

export const maxFileBytes = 24 * 1024
export const maxFunctionLines = 70
export const maxColumns = 110

export function oversizedFiles(files: readonly TextFile[]): string[] {
  return files
    .map((file) => ({ path: file.path, bytes: Buffer.byteLength(file.text) }))
    .filter((file) => file.bytes > maxFileBytes)
    .map((file) => `${file.path} has ${file.bytes} bytes, more than ${maxFileBytes}`)
}

const functionTypes = new Set(['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression'])

/**
 * Functions that do not fit a screen. The body of a `describe` is a list of tests, not a function, and a text
 * over several lines (an inline snapshot) counts as one line.
 */
export function longFunctions(files: readonly TextFile[]): string[] {
  return files.flatMap((file) => {
    const found: string[] = []
    walk(program(file), (node, parent) => {
      if (!functionTypes.has(node.type) || isDescribeBody(parent)) return
      const lines = linesOf(file, node) - linesInsideTexts(file, node)
      if (lines <= maxFunctionLines) return
      const place = `${file.path}:${lineAt(file.text, node.start)}`
      found.push(`${place} ${functionName(node, parent)} has ${lines} lines, more than ${maxFunctionLines}`)
    })
    return found
  })
}

function linesOf(file: TextFile, { start, end }: SyntaxNode): number {
  return file.text.slice(start, end).split('\n').length
}

function linesInsideTexts(file: TextFile, node: SyntaxNode): number {
  let lines = 0
  walk(node, (inner) => {
    if (inner.type === 'TemplateLiteral') lines += linesOf(file, inner) - 1
  })
  return lines
}

function isDescribeBody(parent: SyntaxNode | null): boolean {
  if (parent?.type !== 'CallExpression') return false
  let callee = parent['callee']
  while (isNode(callee)) {
    if (callee['name'] === 'describe') return true
    callee = callee['object'] ?? callee['callee']
  }
  return false
}

function functionName(node: SyntaxNode, parent: SyntaxNode | null): string {
  for (const named of [node['id'], parent?.['id'], parent?.['key']]) {
    if (isNode(named) && typeof named['name'] === 'string') return named['name']
  }
  return 'a function'
}

/** Comment lines past the right margin; the formatter breaks code, not comments. An address may be long. */
export function wideComments(files: readonly TextFile[]): string[] {
  return files.flatMap((file) => {
    const lines = file.text.split('\n')
    const commented = parse(file).comments.flatMap((comment) => {
      const first = lineAt(file.text, comment.start)
      return Array.from({ length: lineAt(file.text, comment.end) - first + 1 }, (_, index) => first + index)
    })
    return [...new Set(commented)]
      .filter((line) => (lines[line - 1]?.length ?? 0) > maxColumns && !/https?:/.test(lines[line - 1] ?? ''))
      .map((line) => `${file.path}:${line} is wider than ${maxColumns} columns`)
  })
}
