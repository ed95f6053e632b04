/** A ruleset without whatever does not matter to a wrong answer. */
import type { Lab } from './lab.ts'
import type { Sent } from './packets.ts'
import type { Ruleset } from './ruleset.ts'

type Range = readonly [from: number, to: number]

/** Lines that can go alone: rules, elements of ipsets and of nft's sets, but not what a base chain is. */
const isLoose = (line: string): boolean => /^(?:-A|add|create) /.test(line) || /^\t\t(?!type )/.test(line)

/** All that can go together, the biggest first: a table, chains and sets, then rules in halves, quarters and so on. */
function parts(lines: readonly string[]): Range[] {
  const from = (opens: RegExp, closes: string): Range[] =>
    lines.flatMap((line, at): Range[] => (opens.test(line) ? [[at, lines.indexOf(closes, at) + 1]] : []))
  const blocks = [...from(/^\*/, 'COMMIT'), ...from(/^table /, '}'), ...from(/^\t(?:chain|map|set) /, '\t}')]
  const declared = lines.flatMap((line, at): Range[] => (/^:\S+ - /.test(line) ? [[at, at + 1]] : []))
  const found = [...blocks, ...declared]
  for (let step = Math.ceil(lines.length / 2); step >= 1; step = step === 1 ? 0 : Math.ceil(step / 2)) {
    for (let end = lines.length; end > 0; end -= step) found.push([Math.max(0, end - step), end])
  }
  return found
}

function without(ruleset: Ruleset, script: number, [from, to]: Range): Ruleset {
  const isGone = (lines: readonly string[], at: number): boolean => {
    const whole = /^(?:\*|:|table |\t\w)/.test(lines[from] ?? '') && to <= lines.length
    return at >= from && at < to && (whole || isLoose(lines[at] ?? ''))
  }
  const scripts = ruleset.scripts.map((one, i) =>
    i === script ? { ...one, lines: one.lines.filter((_line, at) => !isGone(one.lines, at)) } : one,
  )
  return { ...ruleset, scripts }
}

const size = ({ scripts }: Ruleset): number => scripts.reduce((sum, { lines }) => sum + lines.length, 0)

/** Until nothing more can go. */
export async function shrunk(ruleset: Ruleset, sent: Sent, lab: Lab): Promise<Ruleset> {
  let smallest: Ruleset = { ...ruleset, packets: [sent] }
  for (let before = Infinity; size(smallest) < before;) {
    before = size(smallest)
    for (const script of smallest.scripts.keys()) smallest = await shrunkScript(smallest, script, sent, lab)
  }
  return smallest
}

async function shrunkScript(ruleset: Ruleset, script: number, sent: Sent, lab: Lab): Promise<Ruleset> {
  let smallest = ruleset
  const open = parts(ruleset.scripts[script]?.lines ?? [])
  for (let part = open.shift(); part; part = open.shift()) {
    const smaller = without(smallest, script, part)
    if (size(smaller) === size(smallest) || !(await lab.isWrong(smaller, sent))) continue
    smallest = smaller
    // lines have other numbers now
    open.splice(0, Infinity, ...parts(smaller.scripts[script]?.lines ?? []))
  }
  return smallest
}
