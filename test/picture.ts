/** A picture of what a command prints in colour, as SVG: what `<img>` shows without scripts and fonts of its own, in light and dark. */

/** What SGR codes (ECMA-48 8.3.117) of kpx's styles turn on, by class, and those that end it. */
const opening: Readonly<Record<string, string>> = {
  1: 'bold',
  2: 'dim',
  31: 'red',
  32: 'green',
  33: 'yellow',
  36: 'cyan',
}
const ending: Readonly<Record<string, readonly string[]>> = {
  22: ['bold', 'dim'],
  39: ['red', 'green', 'yellow', 'cyan'],
}

/** Pixels. What another font would have otherwise is stretched or pressed into this. */
const character = 8
const line = 19
const margin = 16
const bar = 34

const css = `text { font: 13px ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace; fill: #1f2328 }
.window { fill: #ffffff; stroke: #d1d9e0 } .bar, .button { fill: #d1d9e0 } .button { fill: #818b98 }
.bold { font-weight: bold } .dim { fill: #59636e } .red { fill: #b3261e } .green { fill: #1a7f37 }
.yellow { fill: #8a5a00 } .cyan { fill: #0b6b83 }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3 } .window { fill: #0d1117; stroke: #3d444d } .bar { fill: #262c36 } .dim { fill: #9198a1 }
.red { fill: #ff7b72 } .green { fill: #56d364 } .yellow { fill: #e3b341 } .cyan { fill: #56c8d8 }
}`

export interface Shown {
  readonly command: string
  /** What it is about, for those who do not see it. */
  readonly about: string
  /** With SGR sequences. */
  readonly output: string
  readonly columns: number
}

export function picture({ about, columns, command, output }: Shown): string {
  const lines = output.trimEnd().split('\n')
  const width = columns * character + 2 * margin
  const height = bar + lines.length * line + margin
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title about">
<title id="title">${escaped(command)}</title>
<desc id="about">${escaped(about)}</desc>
<style>${css}</style>
<rect class="window" x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8"/>
<path class="bar" d="M1 ${bar - 6}V8a7 7 0 0 1 7-7H${width - 8}a7 7 0 0 1 7 7V${bar - 6}z"/>
${[20, 38, 56].map((x) => `<circle class="button" cx="${x}" cy="14" r="5"/>`).join('')}
${row(`\u001b[1m$ ${command}\u001b[22m`, 76, 18)}
${lines
  .map((text, i) => row(text, margin, bar + (i + 1) * line - 4))
  .filter((text) => text !== '')
  .join('\n')}
</svg>
`
}

/** One line: words between which there is more than a blank have each its own place, as a table's columns have. */
function row(text: string, left: number, y: number): string {
  let end = left
  return runsOf(text)
    .flatMap((run) => {
      const start = end
      end += run.text.length * character
      const look = run.classes.length === 0 ? '' : ` class="${run.classes.join(' ')}"`
      return Array.from(run.text.matchAll(/\S+(?: \S+)*/g), ({ 0: words, index }) => {
        const [x, length] = [start + index * character, words.length * character]
        return `<text${look} x="${x}" y="${y}" textLength="${length}">${escaped(words)}</text>`
      })
    })
    .join('')
}

interface Run {
  readonly text: string
  readonly classes: readonly string[]
}

/** Throws on a sequence that has no look here. */
function runsOf(text: string): Run[] {
  const [first = '', ...rest] = text.split('\u001b[')
  let classes: readonly string[] = []
  const runs = rest.map((part): Run => {
    const [, code = '', after = ''] = /^(\d+)m([^]*)$/.exec(part) ?? []
    const [opened, ended] = [opening[code], ending[code]]
    if (opened === undefined && ended === undefined) throw new Error(`a picture has no look for ESC[${part}`)
    classes = opened === undefined ? classes.filter((one) => !ended?.includes(one)) : [...classes, opened]
    return { classes, text: after }
  })
  return [{ classes: [], text: first }, ...runs]
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
