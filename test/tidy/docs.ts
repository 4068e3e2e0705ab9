import { posix } from 'node:path'
import { parse, type TextFile } from './source-file.ts'

/** Links of Markdown files that lead nowhere: `exists` knows the repository's files and folders. */
export function deadLinks(pages: readonly TextFile[], exists: (path: string) => boolean): string[] {
  const anchors = new Map(pages.map((page) => [page.path, anchorsOf(page.text)]))
  return pages.flatMap((page) =>
    linksOf(page.text).flatMap((link) => {
      if (/^[a-z]+:/i.test(link)) return []
      const [file = '', anchor] = link.split('#')
      const target = file === '' ? page.path : posix.join(posix.dirname(page.path), file)
      if (target.startsWith('..') || !exists(target.replace(/\/$/, ''))) {
        return [`${page.path}: ${link} leads to no file`]
      }
      const known = anchors.get(target)
      if (anchor !== undefined && known && !known.has(anchor))
        return [`${page.path}: ${link} leads to no heading`]
      return []
    }),
  )
}

/** Targets of inline links, images and reference definitions, code left out. */
function linksOf(markdown: string): string[] {
  const prose = withoutCode(markdown).replace(/`[^`\n]*`/g, '')
  const inline = [...prose.matchAll(/\]\(<?([^)\s>]+)>?(?:\s+"[^"]*")?\)/g)]
  const references = [...prose.matchAll(/^\[[^\]]+\]:\s+(\S+)/gm)]
  return [...inline, ...references].flatMap((match) => match[1] ?? [])
}

/** Headings as GitHub turns them into anchors. */
export function anchorsOf(markdown: string): Set<string> {
  const seen = new Map<string, number>()
  const anchors = [...withoutCode(markdown).matchAll(/^#{1,6}\s+(.+?)\s*#*$/gm)].map(([, heading = '']) => {
    const slug = heading
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/\s/g, '-')
    const count = seen.get(slug) ?? 0
    seen.set(slug, count + 1)
    return count === 0 ? slug : `${slug}-${count}`
  })
  return new Set(anchors)
}

function withoutCode(markdown: string): string {
  return markdown.replace(/^( *)(```|~~~)[\s\S]*?^\1\2\s*$/gm, '')
}

/** Pages without exactly one title, which is their first line. */
export function badTitles(pages: readonly TextFile[]): string[] {
  return pages.flatMap((page) => {
    const titles = withoutCode(page.text).match(/^# .+$/gm) ?? []
    if (titles.length === 1 && page.text.startsWith(titles[0] ?? '')) return []
    return [`${page.path} must begin with its title, and have no other (titles: ${titles.length})`]
  })
}

export const maxRoomLines = 15

/** Rooms without a README.md, or with one that is longer than a glance. */
export function roomsWithoutWelcome(rooms: readonly string[], pages: readonly TextFile[]): string[] {
  return rooms.flatMap((room) => {
    const page = pages.find((one) => one.path === `${room}/README.md`)
    if (!page) return [`${room} has no README.md`]
    const lines = page.text.trimEnd().split('\n').length
    return lines > maxRoomLines ? [`${page.path} has ${lines} lines, more than ${maxRoomLines}`] : []
  })
}

/**
 * Where the table of error codes and the page about them differ, and codes that no file of `sources` throws.
 */
export function errorDrift(
  titles: Readonly<Record<string, string>>,
  page: string,
  sources: readonly TextFile[],
): string[] {
  const codes = Object.keys(titles)
  const titled = (code: string) => page.includes(`\n## ${code}\n\n**${titles[code]}.** `)
  const sections = [...page.matchAll(/^## (KT\d{4})$/gm)].map((match) => match[1] ?? '')
  const code = sources.map(withoutComments).join('\n')
  const used = (errorCode: string) => code.includes(errorCode)
  return [
    ...codes.filter((code) => !sections.includes(code)).map((code) => `${code} has no section`),
    ...sections
      .filter((code) => codes.includes(code) && !titled(code))
      .map((code) => `the section of ${code} must begin with **${titles[code]}.**`),
    ...sections
      .filter((code) => !codes.includes(code))
      .map((code) => `${code} is explained, but no error has it`),
    ...codes.filter((code) => !used(code)).map((code) => `${code} is thrown nowhere`),
    ...outOfOrder(codes).map((code) => `${code} is out of order in the table`),
    ...outOfOrder(sections).map((code) => `${code} is out of order on the page`),
  ]
}

function withoutComments(file: TextFile): string {
  let text = file.text
  for (const { start, end } of parse(file).comments.toReversed())
    text = text.slice(0, start) + text.slice(end)
  return text
}

function outOfOrder(codes: readonly string[]): string[] {
  return codes.filter((code, index) => index > 0 && code <= (codes[index - 1] ?? ''))
}
