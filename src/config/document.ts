/** The document that kube-proxy reads of a configuration's text: the first one of YAML, or JSON where the text begins like it. */
import { parseJsonText } from './json-text.ts'
import type { Node } from './node.ts'
import { parseYaml } from './yaml.ts'

export interface ConfigDocument {
  readonly isJson: boolean
  /** Undefined where the text holds nothing. */
  readonly root: Node | undefined
  /** Where the text goes on that kube-proxy does not read; undefined where all of it counts. */
  readonly ignoredFrom: number | undefined
}

/** Throws UnreadableText. */
export function readDocument(text: string): ConfigDocument {
  if (isJsonText(text)) return { isJson: true, root: parseJsonText(text), ignoredFrom: undefined }
  const end = endOfFirst(text)
  const rest = text.slice(end).replace(/^(---|\.\.\.)/, '')
  return {
    isJson: false,
    root: parseYaml(text.slice(0, end)),
    ignoredFrom: hasContent(rest) ? end : undefined,
  }
}

/** go-yaml is not asked where a text begins with a brace. */
export const isJsonText = (text: string): boolean => /^[^\S\ufeff]*\{/.test(text)

/** Where the first document of a YAML text ends: nothing in a document may begin a line with its marks. */
export function endOfFirst(text: string): number {
  const marks = [...text.matchAll(/^(?:---|\.\.\.)(?=[ \t\r\n]|$)/gm)]
  const [first] = marks
  if (!first) return text.length
  const beginsHere = first[0] === '---' && !hasContent(text.slice(0, first.index))
  return (beginsHere ? marks[1]?.index : first.index) ?? text.length
}

/** More than blanks, comments and directives. */
const hasContent = (text: string): boolean =>
  /^(?![ \t\ufeff]*(#|\r?$))(?!%)(?!(---|\.\.\.)[ \t]*(#.*)?\r?$)/m.test(text)
