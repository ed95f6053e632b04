/** What goes, as the lines of the dumps that have it: a unified diff whose other side is the dumps as they will be. */
import type { Capture } from '../../capture/capture.ts'
import type { At } from '../../ruleset/ruleset.ts'

export interface Line extends At {
  readonly text: string
}

/** Gives the lines of a node's files by their place. */
export class Lines {
  readonly #capture: Capture
  readonly #node: string
  readonly #files = new Map<string, readonly string[]>()

  constructor(capture: Capture, node: string) {
    this.#capture = capture
    this.#node = node
  }

  at({ file, line }: At): Line {
    return { file, line, text: this.#of(file)[line - 1] ?? '' }
  }

  #of(file: string): readonly string[] {
    const known = this.#files.get(file) ?? this.#capture.file(this.#node, file)?.toString('utf8').split('\n') ?? []
    this.#files.set(file, known)
    return known
  }
}

/** Of things that no dump has a line for: as if they were listed, one a line. */
export const listed = (file: string, texts: readonly string[]): Line[] =>
  texts.map((text, i) => ({ file, line: i + 1, text }))

/** Of one node, or of what is of no node; without the lines around. */
export function diffOf(where: string, lines: readonly Line[]): string {
  const files = new Map<string, Map<number, string>>()
  for (const { file, line, text } of lines) files.set(file, (files.get(file) ?? new Map()).set(line, text))
  return [...files].map(([file, own]) => fileDiff(`${where}/${file}`, own)).join('')
}

function fileDiff(name: string, texts: ReadonlyMap<number, string>): string {
  const hunks: number[][] = []
  for (const line of [...texts.keys()].sort((a, b) => a - b)) {
    const hunk = hunks.at(-1)
    if (hunk?.at(-1) === line - 1) hunk.push(line)
    else hunks.push([line])
  }
  let gone = 0
  const shown = hunks.flatMap((hunk) => {
    const [first = 0] = hunk
    const head = `@@ -${first},${hunk.length} +${first - 1 - gone},0 @@`
    gone += hunk.length
    return [head, ...hunk.map((line) => `-${texts.get(line) ?? ''}`)]
  })
  return [`--- ${name}`, `+++ ${name}`, ...shown, ''].join('\n')
}
