import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TextScreen } from '../../src/observe/screen.ts'
import { changedCells } from '../../src/report/changed-cells.ts'
import { comparePictures } from '../../src/report/compare-pictures.ts'
import { drawScreen } from '../../src/report/draw-screen.ts'
import { htmlReport } from '../../src/report/html-report.ts'
import { encodePng } from '../../src/report/png.ts'
import { recognizeCells } from '../../src/report/recognize-cells.ts'
import { acceptCommand } from '../../src/report/report-comparison.ts'
import type { ComparisonRecord, RunRecord } from '../../src/report/run-record.ts'
import { dumpDom } from './chromium.ts'
import { textScreen } from './text-screen.ts'

const before = textScreen([['Hello World!', 0x0b], '', ['booted in 12 ms', 0x07], ['[ok] paging', 0x0a]])
const after = textScreen([['Hello World!', 0x0b], '', ['booted in 15 ms', 0x07], ['[failed] paging', 0x4f]])

const files = new Map<string, Uint8Array>()

function comparison(name: string, reference: TextScreen, actual: TextScreen): ComparisonRecord {
  const [a, b] = [drawScreen(reference), drawScreen(actual)]
  const result = comparePictures(a, b, [], {})
  const [cellsBefore, cellsAfter] = [recognizeCells(a), recognizeCells(b)]
  const paths = {
    reference: `${name}-reference.png`,
    actual: `${name}-actual.png`,
    difference: `${name}-diff.png`,
  }
  files.set(paths.reference, encodePng(a))
  files.set(paths.actual, encodePng(b))
  files.set(paths.difference, encodePng(result.difference))
  return {
    test: { file: 'test/boot.test.ts', name: `screens > ${name}`, project: '' },
    name,
    outcome: result.pass ? 'match' : 'mismatch',
    ...paths,
    mismatched: result.mismatched,
    compared: result.compared,
    referenceSize: `${a.width}×${a.height}`,
    actualSize: `${b.width}×${b.height}`,
    cells: cellsBefore && cellsAfter && changedCells(cellsBefore, cellsAfter, 0, 0),
  }
}

function record(): RunRecord {
  files.set('serial.txt', Buffer.from('booting…\n<b>kernel panic</b> & \u0001\n'))
  files.set('screen.png', encodePng(drawScreen(after)))
  return {
    version: 1,
    at: '2026-01-02T03:04:05.678Z',
    tests: { passed: 3, failed: 2, skipped: 1 },
    comparisons: [
      comparison('menu', before, before),
      comparison('boot', before, after),
      comparison('mode', before, textScreen(['80 by 50'], { rows: 50 })),
      { ...comparison('new', before, before), outcome: 'created', actual: null, difference: null },
    ],
    failures: [
      {
        test: { file: 'kernels/a.elf', name: 'paging > maps the stack', project: 'kernels' },
        messages: ['assertion `left == right` failed\n  left: 1\n right: 2'],
        serialLogs: ['serial.txt', 'gone.txt'],
        screens: ['screen.png'],
      },
    ],
    obsolete: ['test/__screenshots__/boot.test.ts/old-vga.png'],
  }
}

let folder = ''
let dom = ''

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kerneltest-report-'))
  const page = join(folder, 'report.html')
  writeFileSync(
    page,
    htmlReport(record(), (path) => files.get(path) ?? null),
  )
  dom = await dumpDom(pathToFileURL(page).href)
}, 60_000)

afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** The text of the card of a screenshot or failed test, one line a piece. */
function card(heading: string): string {
  const sections = dom.split('<section').filter((section) => section.includes(`<h3>${heading}</h3>`))
  expect(sections).toHaveLength(1)
  return (sections[0] ?? '')
    .replace(/^[^>]*>/, '')
    .replace(/<\/section>.*/s, '')
    .replaceAll(/data:image\/png;base64,[\w+/=]+/g, 'PNG')
    .replaceAll(/<img alt="([^"]*)" src="PNG">/g, '[picture: $1]\n')
    .replaceAll(/<[^>]*>/g, '\n')
    .replaceAll(/\n{2,}/g, '\n')
    .trim()
}

test('a screenshot that differs: pictures, changed cells, how to accept it', () => {
  expect(card('boot')).toMatchInlineSnapshot(`
    "boot
    differs
    test/boot.test.ts › screens &gt; boot
    1,948
     of 256,000 pixels (0.8 %), 
    16
     cells.
    Side by side
    Slider
    Flicker
    Difference
    Actual size
    Reference
    640×400
    [picture: Reference]
    Actual
    640×400
    [picture: Actual]
    Difference
    [picture: Difference]
    Reference on the left, actual on the right: move across the picture.
    [picture: reference]
    [picture: actual]
    Reference and actual in turns.
    [picture: reference]
    [picture: actual]
    What differs is red; masked parts are hatched
    [picture: What differs is red; masked parts are hatched]
    Changed cells
    Row
    Columns
    Before
    After
    2
    11
    2
    light gray on black
    5
    light gray on black
    3
    0–14
    [ok]
     
    paging
        
    light green on black
    [failed]
     
    paging
    white on red
    If the new picture is right, accept it:
    npx vitest run test/boot.test.ts -t 'screens (&gt; )?boot$' -u
    Copy"
  `)
})

test('another size has no table of cells', () => {
  expect(card('mode')).toMatchInlineSnapshot(`
    "mode
    differs
    test/boot.test.ts › screens &gt; mode
    257,107
     of 512,000 pixels (50.2 %). The size changed from 
    640×400
     to 
    640×800
    .
    Side by side
    Slider
    Flicker
    Difference
    Actual size
    Reference
    640×400
    [picture: Reference]
    Actual
    640×800
    [picture: Actual]
    Difference
    [picture: Difference]
    Reference on the left, actual on the right: move across the picture.
    [picture: reference]
    [picture: actual]
    Reference and actual in turns.
    [picture: reference]
    [picture: actual]
    What differs is red; masked parts are hatched
    [picture: What differs is red; masked parts are hatched]
    If the new picture is right, accept it:
    npx vitest run test/boot.test.ts -t 'screens (&gt; )?mode$' -u
    Copy"
  `)
})

test('a new reference', () => {
  expect(card('new')).toMatchInlineSnapshot(`
    "new
    new reference
    test/boot.test.ts › screens &gt; new
    There was no reference; this picture was written to 
    new-reference.png
    . Look at it, then commit it.
    New reference
    [picture: New reference]"
  `)
})

test('a match is folded away', () => {
  expect(card('menu')).toMatchInlineSnapshot(`
    "menu
    matches
    test/boot.test.ts › screens &gt; menu
    menu-reference.png · 640×400
    Show the picture
    Reference
    [picture: Reference]"
  `)
})

test('a failed test: its messages, last screen and serial log, escaped', () => {
  expect(card('paging &gt; maps the stack')).toMatchInlineSnapshot(`
    "paging &gt; maps the stack
    failed
    kernels/a.elf › paging &gt; maps the stack 
    kernels
    assertion \`left == right\` failed
      left: 1
     right: 2
    Last screen · screen.png
    [picture: last screen]
    Serial log · serial.txt
    booting…
    &lt;b&gt;kernel panic&lt;/b&gt; &amp; ␁
    Serial log · gone.txt
    (the file is not there any more)"
  `)
  expect(dom).toContain('&lt;b&gt;kernel panic&lt;/b&gt; &amp; ␁')
})

test('obsolete references', () => {
  expect(card('Obsolete references')).toMatchInlineSnapshot(`
    "Obsolete references
    1
    No test of this run asked for these. Delete them, or run the whole suite with 
    -u
    .
    test/__screenshots__/boot.test.ts/old-vga.png"
  `)
})

test('what differs comes first, and the script ran', () => {
  expect([...dom.matchAll(/data-outcome="(\w+)"/g)].map(([, outcome]) => outcome)).toEqual([
    'mismatch',
    'mismatch',
    'created',
    'match',
  ])
  expect(dom).toContain('<title>kerneltest report: 2 different</title>')
  expect(dom).toContain('data-ready')
})

test('nothing is loaded from elsewhere', () => {
  const links = [...dom.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, link = '']) => link)
  expect(links.length).toBeGreaterThan(10)
  expect(links.filter((link) => !link.startsWith('#') && !link.startsWith('data:'))).toEqual([])
  expect(dom).not.toMatch(/url\(|@import|https?:\/\//)
})

test('the accepting command is quoted for a shell', () => {
  const name = "it's > a [test] (really)"
  expect(acceptCommand({ file: 'test/a b.test.ts', name, project: 'kernels' })).toMatchInlineSnapshot(
    `"npx vitest run 'test/a b.test.ts' -t 'it'\\''s (> )?a \\[test\\] \\(really\\)$' --project kernels -u"`,
  )
})

test('a run with nothing to tell', () => {
  const page = htmlReport({ ...record(), comparisons: [], failures: [], obsolete: [] }, () => null)
  expect(page).toContain('No screenshot was compared, and no test failed.')
})

test('rows that changed over their whole width leave room for what comes after', async () => {
  const row = (letter: string) => textScreen([[letter.repeat(80), 0x07]])
  const page = htmlReport(
    { ...record(), comparisons: [comparison('wide', row('a'), row('b'))] },
    (path) => files.get(path) ?? null,
  )
  const measure = `<script>{
    const cells = document.querySelector('.cells')
    document.title = cells.scrollWidth <= cells.clientWidth ? 'fits' : 'is cut off'
  }</script>`
  const path = join(folder, 'wide.html')
  writeFileSync(path, page.replace('</body>', `${measure}</body>`))
  expect(/<title>(.*?)<\/title>/.exec(await dumpDom(pathToFileURL(path).href))?.[1]).toBe('fits')
})
