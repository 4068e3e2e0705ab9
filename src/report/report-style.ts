/** Of the HTML report. Colours follow the reader's system; `data-theme` overrides them. */
export const reportStyle = `
:root {
  color-scheme: light dark;
  --page: light-dark(#f5f6f8, #0f1115);
  --panel: light-dark(#ffffff, #181b21);
  --inset: light-dark(#eef0f3, #101318);
  --text: light-dark(#1c2128, #e4e7ec);
  --muted: light-dark(#5b6573, #97a1b0);
  --line: light-dark(#dde1e7, #2a2f38);
  --accent: light-dark(#2457c5, #82aaff);
  --bad: light-dark(#c0243c, #ff7b8a);
  --bad-ground: light-dark(#fdecef, #3a161d);
  --good: light-dark(#1a7f45, #5fd391);
  --good-ground: light-dark(#e6f6ec, #12301f);
  --new: light-dark(#8a5a00, #f0c05a);
  --new-ground: light-dark(#fff4dc, #37290b);
  --sans: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif;
  --mono: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
}
:root[data-theme="light"] { color-scheme: light }
:root[data-theme="dark"] { color-scheme: dark }
* { box-sizing: border-box }
body { margin: 0; background: var(--page); color: var(--text); font: 15px/1.5 var(--sans) }
h1, h2, h3, p, figure, pre { margin: 0 }
a { color: inherit; text-decoration: none }
button, select { font: inherit; color: inherit }
.top { display: grid; grid-template-columns: auto 1fr auto; gap: 10px 16px; align-items: center; padding: 18px 28px;
  background: var(--panel); border-bottom: 1px solid var(--line) }
.top h1 { font-size: 18px; font-weight: 650; letter-spacing: -.01em }
.top time { color: var(--muted); font-size: 13px }
.counts { grid-column: 1 / -1; display: flex; flex-wrap: wrap; gap: 6px; align-items: baseline; font-size: 13px; color: var(--muted) }
.counts span + b { margin-left: 16px }
.counts b { font-weight: 550; margin-right: 2px }
.chip { display: inline-block; padding: 2px 10px; border-radius: 99px; font-size: 13px; font-weight: 550;
  background: var(--inset); color: var(--muted); white-space: nowrap }
.chip.bad { background: var(--bad-ground); color: var(--bad) }
.chip.good { background: var(--good-ground); color: var(--good) }
.chip.new { background: var(--new-ground); color: var(--new) }
.quiet { border: 1px solid var(--line); border-radius: 7px; background: none; padding: 3px 10px; font-size: 13px; cursor: pointer }
.quiet:hover { border-color: var(--accent); color: var(--accent) }
.columns { display: grid; grid-template-columns: 270px minmax(0, 1fr); max-width: 1640px; margin: 0 auto }
.list { padding: 22px 8px 22px 20px; position: sticky; top: 0; align-self: start; max-height: 100vh; overflow: auto }
.list h2 { font-size: 12px; text-transform: uppercase; letter-spacing: .06em; color: var(--muted); margin: 0 8px 6px }
.list h2:not(:first-child) { margin-top: 20px }
.list a { display: flex; gap: 8px; align-items: baseline; padding: 4px 8px; border-radius: 7px; font-size: 14px; overflow-wrap: anywhere }
.list a:hover { background: var(--inset) }
.dot { flex: none; width: 8px; height: 8px; border-radius: 50%; background: var(--muted) }
.dot.bad { background: var(--bad) } .dot.good { background: var(--good) } .dot.new { background: var(--new) }
main { padding: 22px 28px 80px 16px; display: grid; gap: 22px; min-width: 0 }
.card { background: var(--panel); border: 1px solid var(--line); border-radius: 12px; overflow: hidden; scroll-margin-top: 16px }
.card > header { display: flex; flex-wrap: wrap; gap: 4px 12px; align-items: baseline; padding: 16px 20px 12px }
.card h3 { font-size: 16px; font-weight: 620; overflow-wrap: anywhere }
.card .file { color: var(--muted); font-size: 13px; width: 100%; overflow-wrap: anywhere }
.card .say { padding: 0 20px 14px; color: var(--muted); font-size: 14px }
.card .say b { color: var(--text); font-weight: 600 }
.tools { display: flex; flex-wrap: wrap; gap: 10px; align-items: center; padding: 0 20px 14px }
.views { display: inline-flex; border: 1px solid var(--line); border-radius: 8px; overflow: hidden }
.views button { border: 0; background: none; padding: 5px 13px; font-size: 13px; cursor: pointer }
.views button + button { border-left: 1px solid var(--line) }
.views button[aria-pressed="true"] { background: var(--accent); color: var(--panel) }
.stage { background: var(--inset); border-block: 1px solid var(--line); padding: 20px; overflow: auto }
.stage img { display: block; background: #000; max-width: 100%; outline: 1px solid var(--line) }
.stage.actual-size img { max-width: none; image-rendering: pixelated }
.stage figcaption { font-size: 12.5px; color: var(--muted); margin-bottom: 6px; display: flex; gap: 8px }
.side { display: grid; gap: 20px; grid-template-columns: repeat(auto-fit, minmax(420px, 1fr)) }
.stage.actual-size .side { grid-template-columns: repeat(3, max-content) }
.over { position: relative; width: max-content; max-width: 100% }
.over .top-picture { position: absolute; inset: 0 auto auto 0; clip-path: inset(0 0 0 var(--cut, 50%)) }
.over .cut { position: absolute; inset: 0 auto 0 var(--cut, 50%); width: 2px; margin-left: -1px; background: #ff3b5c; pointer-events: none }
.over input { position: absolute; inset: 0; width: 100%; height: 100%; margin: 0; opacity: 0; cursor: ew-resize }
.flicker .top-picture { clip-path: none; opacity: 0 }
.flicker.on .top-picture { opacity: 1 }
[hidden] { display: none !important }
table { border-collapse: collapse; width: 100%; font-size: 13.5px }
.cells { padding: 14px 20px 4px; overflow-x: auto }
.cells h4, .accept h4, .log h4 { margin: 0 0 6px; font-size: 13px; font-weight: 600; color: var(--muted) }
th { text-align: left; font-weight: 550; color: var(--muted); font-size: 12.5px }
th, td { padding: 5px 14px 5px 0; border-bottom: 1px solid var(--line); vertical-align: baseline }
tr:last-child td { border-bottom: 0 }
td.place { font-family: var(--mono); white-space: nowrap }
.run { font-family: var(--mono); font-size: 13px; white-space: pre-wrap; overflow-wrap: anywhere; border-radius: 3px; outline: 1px solid var(--line) }
.colors { color: var(--muted); font-size: 12.5px; padding-left: 8px }
.accept { padding: 14px 20px 18px }
.command { display: flex; gap: 10px; align-items: center; background: var(--inset); border: 1px solid var(--line);
  border-radius: 8px; padding: 7px 8px 7px 12px }
.command code { font: 13px/1.5 var(--mono); overflow-x: auto; white-space: pre; flex: 1 }
details { border-top: 1px solid var(--line) }
details > summary { padding: 11px 20px; cursor: pointer; font-size: 14px; color: var(--muted) }
details[open] > summary { color: var(--text) }
details .stage { border-bottom: 0 }
.text { font: 13px/1.45 var(--mono); white-space: pre-wrap; overflow-wrap: anywhere; padding: 14px 20px; background: var(--inset);
  max-height: 60vh; overflow: auto }
.message { font: 13px/1.5 var(--mono); white-space: pre-wrap; overflow-wrap: anywhere; padding: 12px 20px;
  border-top: 1px solid var(--line); border-left: 4px solid var(--bad); background: var(--inset) }
.empty { padding: 44px 20px; text-align: center; color: var(--muted) }
@media (max-width: 900px) {
  .side { grid-template-columns: minmax(0, 1fr) }
  .columns { grid-template-columns: minmax(0, 1fr) }
  .list { position: static; max-height: none; padding: 16px 16px 0 }
  main { padding: 16px }
}
@media print { .list, .tools, .quiet { display: none } .card { break-inside: avoid } }
`
