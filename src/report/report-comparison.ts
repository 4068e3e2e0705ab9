import { type CellChange, type CellRun, colorsOfRun, lengthOf } from './changed-cells.ts'
import { type Html, html, raw } from './html.ts'
import type { ComparisonOutcome, ComparisonRecord, TestRecord } from './run-record.ts'

/** Answers a picture file as a data URL; null when it is not there any more. */
export type Pictures = (path: string | null) => string | null

interface Outcome {
  /** Of the dot and the chip. */
  readonly look: 'bad' | 'good' | 'new'
  readonly title: string
  /** After a number of screenshots. */
  readonly plural: string
}

export const outcomes: Readonly<Record<ComparisonOutcome, Outcome>> = {
  mismatch: { look: 'bad', title: 'differs', plural: 'differ' },
  missing: { look: 'bad', title: 'no reference', plural: 'without reference' },
  created: { look: 'new', title: 'new reference', plural: 'new' },
  updated: { look: 'new', title: 'accepted', plural: 'accepted' },
  match: { look: 'good', title: 'matches', plural: 'match' },
}

/** Runs longer than this are cut in the table of changed cells. */
const shownChanges = 200

export function comparisonCard(comparison: ComparisonRecord, id: string, pictures: Pictures): Html {
  const { test, name, outcome } = comparison
  const { look, title } = outcomes[outcome]
  const body =
    outcome === 'match'
      ? html`<details><summary>Show the picture</summary>${single(comparison.reference, 'Reference', pictures)}</details>`
      : html`${stage(comparison, pictures)}${cellTable(comparison.cells)}`
  return html`<section class="card" id="${id}" data-comparison data-outcome="${outcome}">
<header><h3>${name}</h3><span class="chip ${look}">${title}</span>${testLine(test)}</header>
<p class="say">${summary(comparison)}</p>
${body}${accept(comparison)}</section>`
}

export function testLine({ file, name, project }: TestRecord): Html {
  return html`<span class="file">${file} › ${name}${project === '' ? null : html` <span class="chip">${project}</span>`}</span>`
}

function summary(comparison: ComparisonRecord): Html {
  const { outcome, mismatched, compared, referenceSize, actualSize, reference, cells } = comparison
  if (outcome === 'created')
    return html`There was no reference; this picture was written to <b>${reference ?? ''}</b>. Look at it, then commit it.`
  if (outcome === 'missing')
    return html`There is no reference, and this run may not write one. Make it on your machine and commit it.`
  if (outcome === 'match') return html`${reference ?? ''} · ${actualSize}`
  const share = compared === 0 ? 0 : (mismatched / compared) * 100
  const sizes =
    referenceSize === actualSize
      ? html``
      : html` The size changed from <b>${referenceSize ?? ''}</b> to <b>${actualSize}</b>.`
  const changed = cells === null ? null : changedCellCount(cells)
  const told =
    changed === null ? html`` : html`, <b>${number(changed)}</b> ${changed === 1 ? 'cell' : 'cells'}`
  return html`<b>${number(mismatched)}</b> of ${number(compared)} pixels (${share.toFixed(share < 0.1 ? 3 : 1)} %)${told}.${sizes}${outcome === 'updated' ? ' The new picture was accepted.' : ''}`
}

function changedCellCount(cells: readonly CellChange[]): number {
  return cells.reduce((count, change) => count + lengthOf(change.after), 0)
}

function number(value: number): string {
  return value.toLocaleString('en')
}

/** The pictures; with all three also one over the other, and in turns. */
function stage(comparison: ComparisonRecord, pictures: Pictures): Html {
  const reference = pictures(comparison.reference)
  const actual = pictures(comparison.actual)
  const difference = pictures(comparison.difference)
  if (comparison.outcome === 'created') return single(comparison.reference, 'New reference', pictures)
  if (reference === null || actual === null)
    return single(comparison.actual ?? comparison.reference, 'Actual', pictures)
  const views = [
    ['side', 'Side by side'],
    ['slider', 'Slider'],
    ['flicker', 'Flicker'],
    ['difference', 'Difference'],
  ] as const
  const buttons = views.map(
    ([view, title], index) =>
      html`<button type="button" data-view="${view}" aria-pressed="${index === 0 ? 'true' : 'false'}">${title}</button>`,
  )
  const layers = (extra: Html): Html =>
    html`${image(reference, 'reference')}<div class="top-picture">${image(actual, 'actual')}</div>${extra}`
  const range = html`<span class="cut"></span><input type="range" min="0" max="100" value="50" aria-label="Reference left, actual right">`
  return html`<div class="tools"><div class="views">${buttons}</div><button type="button" class="quiet" data-size>Actual size</button></div>
<div class="stage">
<div class="side" data-pane="side">${figure(reference, 'Reference', comparison.referenceSize)}${figure(actual, 'Actual', comparison.actualSize)}${figure(difference, 'Difference', null)}</div>
<div data-pane="slider" hidden><figcaption>Reference on the left, actual on the right: move across the picture.</figcaption><div class="over">${layers(range)}</div></div>
<div data-pane="flicker" hidden><figcaption>Reference and actual in turns.</figcaption><div class="over flicker">${layers(html``)}</div></div>
<div data-pane="difference" hidden>${figure(difference, 'What differs is red; masked parts are hatched', null)}</div>
</div>`
}

function single(path: string | null, title: string, pictures: Pictures): Html {
  const url = pictures(path)
  if (url === null)
    return html`<div class="stage"><p class="empty">The file ${path ?? ''} is not there any more.</p></div>`
  return html`<div class="stage">${figure(url, title, null)}</div>`
}

function figure(url: string | null, title: string, size: string | null): Html {
  if (url === null) return html``
  return html`<figure><figcaption><b>${title}</b>${size === null ? null : html`<span>${size}</span>`}</figcaption>${image(url, title)}</figure>`
}

function image(url: string, title: string): Html {
  return html`<img alt="${title}" src="${raw(url)}">`
}

function cellTable(cells: readonly CellChange[] | null): Html {
  if (cells === null || cells.length === 0) return html``
  const rows = cells.slice(0, shownChanges).map((change) => {
    const last = change.column + lengthOf(change.after) - 1
    const columns = last === change.column ? `${last}` : `${change.column}–${last}`
    return html`<tr><td class="place">${change.row}</td><td class="place">${columns}</td><td>${run(change.before)}</td><td>${run(change.after)}</td></tr>`
  })
  const more =
    cells.length > shownChanges
      ? html`<p class="say">… and ${cells.length - shownChanges} more places.</p>`
      : html``
  return html`<div class="cells"><h4>Changed cells</h4><table><thead><tr><th>Row</th><th>Columns</th><th>Before</th><th>After</th></tr></thead>
<tbody>${rows}</tbody></table>${more}</div>`
}

function run(pieces: CellRun): Html {
  const shown = pieces.map(
    ({ text, foreground, background }) =>
      html`<span style="color:${foreground};background:${background}">${text}</span>`,
  )
  return html`<span class="run">${shown}</span><span class="colors">${colorsOfRun(pieces)}</span>`
}

function accept(comparison: ComparisonRecord): Html {
  const { outcome, test } = comparison
  if (outcome !== 'mismatch' && outcome !== 'missing') return html``
  const command = acceptCommand(test)
  const title = outcome === 'mismatch' ? 'If the new picture is right, accept it:' : 'To write the reference:'
  return html`<div class="accept"><h4>${title}</h4><div class="command"><code>${command}</code><button type="button" class="quiet" data-copy="${command}">Copy</button></div></div>`
}

/**
 * Runs this test alone and accepts what it shows. `-t` takes a regular expression, on names joined by
 * Vitest's version.
 */
export function acceptCommand({ file, name, project }: TestRecord): string {
  const pattern = name.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll(' > ', ' (> )?')
  const only = project === '' ? '' : ` --project ${quote(project)}`
  return `npx vitest run ${quote(file)} -t ${quote(`${pattern}$`)}${only} -u`
}

/** For a POSIX shell. */
function quote(text: string): string {
  return /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}
