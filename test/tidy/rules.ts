/** Reads a file of the repository, or answers null. */
type Read = (path: string) => string | null

const heading = '## Rules as decided'

/** What is wrong with the rules of `page`: each must name the file and the test that hold it. */
export function brokenRules(page: string, read: Read): string[] {
  const from = page.indexOf(`${heading}\n`)
  const section = from < 0 ? '' : page.slice(from + heading.length).split(/^## /m)[0]
  const rules = section?.split(/^(?=\d+\. )/m).slice(1) ?? []
  if (rules.length === 0) return [`there are no rules under "${heading}"`]
  return rules.flatMap((rule, index) => [
    ...(rule.startsWith(`${index + 1}. `)
      ? []
      : [`rule ${index + 1} has another number: ${rule.slice(0, 40)}`]),
    ...faultsOf(rule, read).map((fault) => `rule ${index + 1} ${fault}`),
  ])
}

/**
 * Of links from docs/internals into the repository: `[name](../../path "title of a test, name of a
 * probe")`.
 */
function faultsOf(rule: string, read: Read): string[] {
  const links = [...rule.matchAll(/\]\(\.\.\/\.\.\/([^)\s]+)(?: "([^"]*)")?\)/g)]
  const paths = links.map(([, path = '']) => path)
  const missing = ['src', 'test'].filter((root) => !paths.some((path) => path.startsWith(`${root}/`)))
  return [
    ...missing.map((root) => `links to nothing in ${root}/`),
    ...links.flatMap(([, path = '', title]) => {
      const text = read(path)
      if (text === null) return [`links to ${path}, which is not there`]
      if (title === undefined) return path.startsWith('test/') ? [`names no test of ${path}`] : []
      return holds(path, text, title) ? [] : [`names "${title}", which is not in ${path}`]
    }),
  ]
}

/** A test's title is a whole string of its file; a probe's name a whole line. */
function holds(path: string, text: string, title: string): boolean {
  if (path.endsWith('.txt')) return text.split('\n').includes(title)
  return ["'", '"', '`'].some((quote) => text.includes(quote + title + quote))
}
