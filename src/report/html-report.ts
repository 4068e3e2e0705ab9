import { type Html, html, raw } from './html.ts'
import { comparisonCard, outcomes, type Pictures, testLine } from './report-comparison.ts'
import { reportScript } from './report-script.ts'
import { reportStyle } from './report-style.ts'
import type {
  ComparisonOutcome,
  ComparisonRecord,
  FailureRecord,
  RunRecord,
  TestRecord,
} from './run-record.ts'

/** Reads a file of the run by its path relative to the root; null when it is not there. */
export type ReadFile = (path: string) => Uint8Array | null

/** What matters first. */
const order: readonly ComparisonOutcome[] = ['mismatch', 'missing', 'created', 'updated', 'match']

/** Of a serial log, in UTF-16 units from its end, that the page shows. */
const shownLog = 200_000

/** One HTML page with everything in it: no script, style, font or picture is loaded from elsewhere. */
export function htmlReport(record: RunRecord, read: ReadFile): string {
  const comparisons = order.flatMap((outcome) => record.comparisons.filter((one) => one.outcome === outcome))
  const pictures: Pictures = (path) => {
    const bytes = path === null ? null : read(path)
    return bytes === null ? null : `data:image/png;base64,${Buffer.from(bytes).toString('base64')}`
  }
  const urgent = comparisons.filter(isUrgent)
  const compared = (one: ComparisonRecord): Html =>
    comparisonCard(one, `screenshot-${comparisons.indexOf(one)}`, pictures)
  const isExplained = ({ test }: FailureRecord): boolean => urgent.some((one) => isSameTest(one.test, test))
  const cards = [
    ...urgent.map(compared),
    ...record.failures.map((failure, index) =>
      failureCard(failure, `failure-${index}`, isExplained(failure), read, pictures),
    ),
    ...comparisons.filter((one) => !isUrgent(one)).map(compared),
    ...(record.obsolete.length > 0 ? [obsoleteCard(record.obsolete)] : []),
  ]
  const empty = html`<section class="card"><p class="empty">No screenshot was compared, and no test failed.</p></section>`
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>${title(record)}</title><style>${raw(reportStyle)}</style></head>
<body>${top(record)}
<div class="columns">${list(record.failures, comparisons)}<main>${cards.length > 0 ? cards : empty}</main></div>
<script>${raw(reportScript)}</script></body></html>
`.markup
}

function isUrgent({ outcome }: ComparisonRecord): boolean {
  return outcome === 'mismatch' || outcome === 'missing'
}

function isSameTest(one: TestRecord, other: TestRecord): boolean {
  return one.file === other.file && one.name === other.name && one.project === other.project
}

function title({ tests, comparisons }: RunRecord): string {
  const different = comparisons.filter((one) => one.outcome === 'mismatch').length
  const state =
    different > 0 ? `${different} different` : tests.failed > 0 ? `${tests.failed} failed` : 'all good'
  return `kerneltest report: ${state}`
}

function top({ at, tests, comparisons }: RunRecord): Html {
  const chip = (count: number, look: string, what: string): readonly Html[] =>
    count === 0 ? [] : [html`<span class="chip ${look}">${count} ${what}</span>`]
  const run = [
    ...chip(tests.failed, 'bad', 'failed'),
    ...chip(tests.passed, 'good', 'passed'),
    ...chip(tests.skipped, '', 'skipped'),
  ]
  const screenshots = order.flatMap((outcome) => {
    const count = comparisons.filter((one) => one.outcome === outcome).length
    return chip(count, outcomes[outcome].look, outcomes[outcome].plural)
  })
  const time = at.replace('T', ' ').replace(/\.\d+Z$/, ' UTC')
  return html`<div class="top"><h1>kerneltest report</h1><time datetime="${at}">${time}</time>
<button type="button" class="quiet" data-toggle-theme>Light / dark</button>
<div class="counts"><b>Tests</b>${run}${screenshots.length > 0 ? html`<b>Screenshots</b>${screenshots}` : null}</div></div>`
}

function list(failures: readonly FailureRecord[], comparisons: readonly ComparisonRecord[]): Html {
  const failed = failures.map(
    ({ test }, index) =>
      html`<a href="#failure-${index}"><span class="dot bad"></span><span>${test.name}</span></a>`,
  )
  const compared = comparisons.map(
    ({ name, outcome }, index) =>
      html`<a href="#screenshot-${index}"><span class="dot ${outcomes[outcome].look}"></span><span>${name}</span></a>`,
  )
  const part = (heading: string, links: readonly Html[]): Html =>
    links.length === 0 ? html`` : html`<h2>${heading}</h2>${links}`
  return html`<nav class="list">${part('Screenshots', compared)}${part('Failed tests', failed)}</nav>`
}

/** `isExplained`: a screenshot above says why it failed, so its own details are folded away. */
function failureCard(
  failure: FailureRecord,
  id: string,
  isExplained: boolean,
  read: ReadFile,
  pictures: Pictures,
): Html {
  const { test, messages, serialLogs, screens } = failure
  const details = (summary: string, body: Html): Html =>
    isExplained
      ? html`<details><summary>${summary}</summary>${body}</details>`
      : html`<details open><summary>${summary}</summary>${body}</details>`
  const said = messages.map((message) => html`<pre class="message">${message}</pre>`)
  const last = screens.map((path) => {
    const url = pictures(path)
    if (url === null) return html``
    const image = html`<div class="stage"><img alt="last screen" src="${raw(url)}"></div>`
    return details(`Last screen · ${path}`, image)
  })
  const logs = serialLogs.map((path) =>
    details(`Serial log · ${path}`, html`<pre class="text" data-serial>${logText(read(path))}</pre>`),
  )
  return html`<section class="card" id="${id}" data-failure>
<header><h3>${test.name}</h3><span class="chip bad">failed</span>${testLine(test)}</header>
${isExplained ? details('Message', html`${said}`) : said}${last}${logs}</section>`
}

function logText(bytes: Uint8Array | null): string {
  if (bytes === null) return '(the file is not there any more)'
  const text = Buffer.from(bytes).toString('utf8')
  if (text.length <= shownLog) return text
  return `(${text.length - shownLog} characters before are in the file)\n${text.slice(-shownLog)}`
}

function obsoleteCard(paths: readonly string[]): Html {
  const rows = paths.map((path) => html`<tr><td class="place">${path}</td></tr>`)
  return html`<section class="card"><header><h3>Obsolete references</h3><span class="chip">${paths.length}</span></header>
<p class="say">No test of this run asked for these. Delete them, or run the whole suite with <b>-u</b>.</p>
<div class="cells"><table><tbody>${rows}</tbody></table></div></section>`
}
