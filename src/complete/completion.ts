/** What may stand where the cursor is. */
export interface Candidate {
  readonly text: string
  /** What it is, for shells that tell. */
  readonly about?: string | undefined
}

export interface Completion {
  readonly candidates: readonly Candidate[]
  /** The shell's own names of files, where none of the candidates is meant. */
  readonly files: boolean
}

export const nothing: Completion = { candidates: [], files: false }
export const files: Completion = { candidates: [], files: true }

export const words = (texts: readonly string[]): Completion => ({
  candidates: texts.map((text) => ({ text })),
  files: false,
})

/** More is to be typed after them: no blank. */
const isOpen = ({ text }: Candidate): boolean => /[=/:]$/.test(text)

/** As cobra's programs print it, and kubectl reads it of plugins: a candidate a line, a tab before what it is, and a number of flags at the end. */
export function printed({ candidates, files }: Completion): string {
  const open = candidates.length > 0 && candidates.every(isOpen)
  const lines = candidates.map(({ about, text }) => (about === undefined ? text : `${text}\t${about}`))
  return [...lines, `:${(open ? directive.noSpace : 0) + (files ? 0 : directive.noFiles)}`, ''].join('\n')
}

/** cobra 1.8, completions.go: ShellCompDirective. */
const directive = { noSpace: 2, noFiles: 4 } as const
