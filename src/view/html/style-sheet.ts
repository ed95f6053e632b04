/**
 * How a page looks: on a wide screen, a narrow one and paper, light and dark. Text has at least the contrast of WCAG 2.2 AA, 4.5:1, and
 * nothing is told by a colour alone. Without quotes and brackets of markup, and in one line, so that it is text as any other.
 */
export const styleSheet = `
:root { color-scheme: light dark; --paper: #fff; --panel: #f4f6f9; --text: #1b2430; --dim: #556070; --line: #d3dae3;
  --good: #17663a; --warn: #7d4a00; --bad: #a8201a; --key: #1c579f;
  --good-panel: #e8f5ed; --warn-panel: #fdf2de; --bad-panel: #fceae8; --key-panel: #e9f1fb; }
@media screen and (prefers-color-scheme: dark) {
  :root { --paper: #11161d; --panel: #1a212b; --text: #e6eaf0; --dim: #a6b0be; --line: #36404e;
    --good: #74d29b; --warn: #f2bd68; --bad: #ff9a90; --key: #8fbcf8;
    --good-panel: #12281c; --warn-panel: #2d2410; --bad-panel: #34191a; --key-panel: #15253b; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--text); font: 16px/1.5 system-ui, -apple-system, Segoe UI, Roboto, Helvetica, Arial, sans-serif; }
main { max-width: 76rem; margin: 0 auto; padding: 2rem 1.5rem 4rem; overflow-wrap: anywhere; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .4rem; }
h2 { font-size: 1.25rem; margin: 2.2rem 0 .8rem; padding-bottom: .3rem; border-bottom: 1px solid var(--line); }
h3 { font-size: 1.05rem; margin: 0 0 .4rem; }
p { margin: .3rem 0; }
ul { margin: .5rem 0; padding-left: 1.3rem; }
li { margin: .25rem 0; }
code, .map { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, DejaVu Sans Mono, Liberation Mono, monospace; }
code { font-size: .88em; }
.command, .origin, .seen, .where, figcaption { color: var(--dim); }
.command { font-weight: 600; letter-spacing: .02em; }
.origin span { margin-right: 1.5rem; }
.answer { margin: 1.4rem 0; padding: .9rem 1.2rem; border: 1px solid var(--line); border-left-width: 8px; border-radius: 8px; }
.answer .word { font-size: 1.5rem; font-weight: 700; margin: 0; }
.answer .seen { margin-top: .6rem; }
.answer.good { background: var(--good-panel); border-color: var(--good); }
.answer.warn { background: var(--warn-panel); border-color: var(--warn); }
.answer.bad { background: var(--bad-panel); border-color: var(--bad); }
.answer.key { background: var(--key-panel); border-color: var(--key); }
.answer .seen, .answer ul { color: var(--text); }
.good, .good .word { color: var(--good); }
.warn, .warn .word { color: var(--warn); }
.bad, .bad .word { color: var(--bad); }
.key, .key .word { color: var(--key); }
.dim { color: var(--dim); }
.answer, .finding { color: var(--text); }
td .good, td .warn, td .bad, td .key, th .good, th .warn, th .bad, th .key { font-weight: 600; }
.badge { display: inline-block; padding: 0 .5em; border: 1px solid; border-radius: 4px; font-size: .78rem; font-weight: 700; letter-spacing: .03em; white-space: nowrap; }
.finding { margin: .8rem 0; padding: .8rem 1.1rem; background: var(--panel); border: 1px solid var(--line); border-left-width: 5px; border-radius: 8px; }
.finding.bad { border-left-color: var(--bad); }
.finding.warn { border-left-color: var(--warn); }
.finding.key { border-left-color: var(--key); }
dl { margin: 0; }
dl div { display: grid; grid-template-columns: 14rem 1fr; padding: .3rem 0; border-bottom: 1px solid var(--line); }
dl div:last-child { border-bottom: 0; }
dt { color: var(--dim); grid-row: span 9; }
dd { margin: 0; grid-column: 2; }
details { margin: .5rem 0; }
summary { cursor: pointer; }
summary:hover { color: var(--key); }
.evidence { list-style: none; padding: .5rem .8rem; background: var(--panel); border-radius: 6px; font-size: .9rem; }
.finding .evidence { background: var(--paper); }
table { width: 100%; border-collapse: collapse; margin: .6rem 0 1.4rem; font-variant-numeric: tabular-nums; }
caption { text-align: left; font-weight: 600; padding: .5rem 0; }
th, td { text-align: left; vertical-align: top; padding: .4rem .7rem; border-bottom: 1px solid var(--line); }
th { font-weight: 600; }
thead th { color: var(--dim); font-size: .82rem; text-transform: none; white-space: nowrap; }
.outcomes { table-layout: fixed; }
.outcomes thead th { width: 11%; }
.outcomes thead th:nth-child(-n+2) { width: 20%; }
.outcomes thead th:nth-child(4) { width: 8%; }
.outcomes thead th:last-child { width: 19%; }
.told th, .told td { border-bottom: 0; padding-bottom: 0; }
td { min-width: 5rem; }
tbody th { min-width: 9rem; }
td details { font-size: .9rem; color: var(--dim); }
td .evidence { color: var(--text); }
details caption { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
td p, td details { margin: 0; }
.number { text-align: right; white-space: nowrap; }
.group { background: var(--panel); padding-top: .55rem; }
figure { margin: 1rem 0; padding: 1rem; border: 1px solid var(--line); border-radius: 8px; }
figcaption { font-size: .9rem; margin-top: .6rem; }
.map { display: block; width: 100%; height: auto; margin: 0 auto; font-size: 13px; }
.map text { fill: var(--text); }
.map .bold { font-weight: 600; }
.map .dim, .map .share { fill: var(--dim); }
.map .share { font-size: 12px; }
.map text.good { fill: var(--good); }
.map text.warn { fill: var(--warn); font-weight: 600; }
.map text.bad { fill: var(--bad); font-weight: 600; }
.map .box { fill: var(--panel); stroke: var(--line); }
.map .service { fill: var(--key-panel); stroke: var(--key); }
.map .odd { fill: var(--warn-panel); stroke: var(--warn); stroke-width: 2; }
.map .node { fill: none; stroke: var(--line); }
.map .end { fill: none; stroke: none; }
.map .edge { fill: none; stroke: var(--dim); }
.map rect.bad { fill: var(--bad-panel); stroke: var(--bad); stroke-dasharray: 5 3; }
.map rect.warn { fill: var(--warn-panel); stroke: var(--warn); stroke-dasharray: 5 3; }
.map path.bad { stroke: var(--bad); stroke-dasharray: 5 3; }
.map path.warn { stroke: var(--warn); stroke-dasharray: 5 3; }
.map.wide { max-width: 60rem; }
.map.narrow { display: none; max-width: 26rem; }
@media screen and (max-width: 48rem) {
  main { padding: 1rem 1rem 3rem; }
  figure { padding: .6rem; }
  .map.wide { display: none; }
  .map.narrow { display: block; }
  .origin span { display: block; }
  dl div { display: block; }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  table, tbody, tr, td, th, caption { display: block; }
  tr { padding: .5rem 0; border-bottom: 1px solid var(--line); }
  tbody th, td { display: grid; grid-template-columns: 7rem 1fr; border: 0; padding: .15rem .5rem; text-align: left; white-space: normal; }
  tbody th::before, td::before { content: attr(data-label); color: var(--dim); font-weight: 400; }
  td:empty { display: none; }
  .number { text-align: left; }
  td.why { display: block; }
  tbody th.group { display: block; padding: .4rem .5rem; }
  tbody th.group::before { content: none; }
  td p, td details { grid-column: 2; }
}
@media print {
  @page { margin: 15mm; }
  :root { font-size: 12px; }
  body { font-size: 1rem; }
  .map { max-height: 240mm; }
  main { max-width: none; padding: 0; }
  h2, h3, caption, thead, summary, .group, .told { break-after: avoid; }
  th, td { padding: .25rem .4rem; font-size: .88rem; }
  td, tbody th { min-width: 0; }
  tr, li, .finding, .answer, dl div { break-inside: avoid; }
  details::details-content { content-visibility: visible; display: block; block-size: auto; }
  .outcomes td:not(.why) .evidence { display: none; }
  .answer, .badge, .group, .map, .evidence { print-color-adjust: exact; }
}
`.replaceAll(/\s+/g, ' ')
