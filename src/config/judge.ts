/** The verdict on the text of a configuration: what one release's kube-proxy would make of it. */
import { complete } from './complete.ts'
import { decode } from './decode.ts'
import type { FileValue } from './decode.ts'
import { readDocument } from './document.ts'
import type { ConfigDocument } from './document.ts'
import { wrongKind } from './interpret.ts'
import { UnreadableText } from './node.ts'
import type { Problem } from './problem.ts'
import type { Settings } from './settings.ts'
import { validate } from './validate.ts'
import type { Value } from './value.ts'
import { warningsOf } from './warnings.ts'

export interface Judgement {
  /** Errors are what kube-proxy would exit with; it exits at the first stage that has one. */
  readonly problems: readonly Problem[]
  /** With all defaults; undefined where the text cannot be read as far as that. */
  readonly settings: Settings | undefined
}

/** As kube-proxy 1.`minor` on Linux judges it. */
export function judge(text: string, minor: number): Judgement {
  const document = documentOf(text)
  if ('code' in document) return { problems: [document], settings: undefined }
  const isJson = document.isJson
  const wrong = wrongKind(document.root, isJson)
  if (wrong || document.root?.kind !== 'mapping') return { problems: wrong ? [wrong] : [], settings: undefined }
  const { problems, values } = decode(document.root, minor, isJson)
  const settings = complete(bare(values), 'file', minor)
  const readErrors = problems.some(({ refused }) => refused)
  return {
    problems: [
      ...problems,
      ...validate(settings, values),
      ...(readErrors ? [] : warningsOf(settings, values)),
      ...ignoredRest(document.ignoredFrom),
    ],
    settings: readErrors ? undefined : settings,
  }
}

const bare = (values: ReadonlyMap<string, FileValue>): ReadonlyMap<string, Value> =>
  new Map([...values].map(([path, { value }]) => [path, value]))

function documentOf(text: string): ConfigDocument | Problem {
  try {
    return readDocument(text)
  } catch (error) {
    if (!(error instanceof UnreadableText)) throw error
    const { message, offset } = error
    return {
      code: 'KPX2001',
      message,
      start: offset,
      end: offset + 1,
      refused: { stage: 'read', says: 'failed to decode' },
    }
  }
}

const ignoredRest = (from: number | undefined): Problem[] =>
  from === undefined
    ? []
    : [
        {
          code: 'KPX2013',
          message: 'kube-proxy does not read what follows: the first document ends here',
          start: from,
          end: from + 3,
        },
      ]
