import { basename } from 'node:path'
import { parse, program, type TextFile, walk } from './source-file.ts'

/** Names that tools or custom prescribe. */
const prescribed = /^(README\.md|CHANGELOG\.md|CONTRIBUTING\.md|Makefile|__screenshots__|__snapshots__)$/
const kebab = /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)*$/

/**
 * Files and folders that are not in kebab-case. What a tool writes under `__screenshots__` has that tool's
 * names.
 */
export function oddNames(paths: readonly string[]): string[] {
  return paths
    .filter((path) => !/\/__(screenshots|snapshots)__\//.test(path))
    .filter((path) => path.split('/').some((name) => !kebab.test(name) && !prescribed.test(name)))
    .map((path) => `${path} is not in kebab-case`)
}

/** Default exports, which have no name of their own. A tool's configuration file must have one. */
export function defaultExports(files: readonly TextFile[]): string[] {
  return files
    .filter((file) => !/\.config\.(ts|mjs)$/.test(file.path))
    .filter((file) =>
      parse(file).module.staticExports.some(({ entries }) =>
        entries.some((entry) => entry.exportName.kind === 'Default' || entry.exportName.name === 'default'),
      ),
    )
    .map((file) => `${file.path} has a default export`)
}

/** Uses of `console` where a library has no business to talk. */
export function consoleUses(files: readonly TextFile[]): string[] {
  return files.flatMap((file) => {
    let uses = 0
    walk(program(file), (node) => {
      if (node.type === 'Identifier' && node['name'] === 'console') uses++
    })
    return uses > 0 ? [`${file.path} uses console`] : []
  })
}

const unfinished = /\b(TODO|FIXME|XXX|HACK)\b/

/** Notes to self in comments: an open end is an issue, not a comment. */
export function notesToSelf(files: readonly TextFile[]): string[] {
  return files.flatMap((file) =>
    parse(file)
      .comments.filter((comment) => unfinished.test(comment.value))
      .map((comment) => `${file.path} says ${unfinished.exec(comment.value)?.[0]} in a comment`),
  )
}

/** Tests that would never run, or alone: they look green and prove nothing. */
export function mutedTests(files: readonly TextFile[]): string[] {
  const muted = new Set(['only', 'todo', 'skip'])
  return files.flatMap((file) => {
    const found: string[] = []
    walk(program(file), (node) => {
      if (node.type !== 'MemberExpression') return
      const object = node['object'] as { name?: unknown }
      const property = node['property'] as { name?: unknown }
      if (!['test', 'it', 'describe'].includes(String(object.name)) || !muted.has(String(property.name)))
        return
      found.push(`${basename(file.path)}: ${String(object.name)}.${String(property.name)}`)
    })
    return found
  })
}
