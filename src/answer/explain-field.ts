/** `kpx explain field`: what a field of kube-proxy's configuration does, and what may stand in it. */
import type { Field, FieldType } from '../config/field.ts'
import { fieldAt, fields } from '../config/fields/index.ts'
import { noSuchField } from '../config/no-such-field.ts'
import { offlineDocumentOf } from './document.ts'
import type { OfflineDocument } from './document.ts'

export interface FieldExplanation extends OfflineDocument<'FieldExplanation'> {
  readonly path: string
  readonly type: FieldType
  /** How it is written: `a whole number`. */
  readonly written: string
  readonly does: string
  readonly notes: readonly string[]
  /** As it is written; null where the zero value stays. */
  readonly default: string | null
  /** What each node makes of the default. */
  readonly onNode: string | null
  /** The first and the last minor that has it, between 1.19 and the newest; null where that is open. */
  readonly since: string | null
  readonly until: string | null
  readonly os: 'Linux' | 'Windows' | null
  /** It has an effect in these modes alone; empty for all. */
  readonly modes: readonly string[]
  readonly needs: { readonly field: string; readonly value: string } | null
  readonly flags: readonly {
    readonly name: string
    readonly since: string | null
    readonly until: string | null
    readonly wins: boolean
  }[]
  readonly rules: readonly { readonly must: string; readonly since: string | null; readonly until: string | null }[]
  readonly example: string
  readonly sources: readonly { readonly title: string; readonly url: string }[]
}

export interface FieldList extends OfflineDocument<'FieldList'> {
  readonly items: readonly Pick<FieldExplanation, 'default' | 'does' | 'path' | 'since' | 'type' | 'until'>[]
}

const written: Readonly<Record<FieldType, string>> = {
  boolean: 'true or false',
  duration: 'a duration such as 30s or 1h30m',
  float32: 'a number',
  gates: 'names, each with true or false',
  int32: 'a whole number',
  nanoseconds: 'a duration such as 30s, or a number of nanoseconds',
  quantity: 'a number of bytes such as 512 or 2Ki',
  string: 'a text',
  strings: 'a list of texts',
  uint32: 'a whole number, not below 0',
  vmodule: 'a list of filePattern and verbosity',
}

/** The fields at or below a path; all without one. Throws KPX1001 for a path that no release knows. */
export function findFields(path: string | undefined): readonly Field[] {
  if (path === undefined) return fields
  const wanted = path.replace(/\.$/, '').toLowerCase()
  const field = fields.find((one) => one.path.toLowerCase() === wanted)
  if (field) return [field]
  const below = fields.filter((one) => one.path.toLowerCase().startsWith(`${wanted}.`))
  if (below.length > 0) return below
  throw noSuchField(path)
}

export const listFields = (all: readonly Field[]): FieldList => ({
  ...offlineDocumentOf('FieldList', undefined),
  items: all.map((field) => ({
    path: field.path,
    type: field.type,
    default: defaultText(field),
    since: field.since ?? null,
    until: field.until ?? null,
    does: field.does,
  })),
})

export function explainField(field: Field): FieldExplanation {
  const { does, notes = [], onNode = null, overruled, path, type } = field
  return {
    ...offlineDocumentOf('FieldExplanation', undefined),
    path,
    type,
    written: written[type],
    does,
    notes: overruled === undefined ? notes : [...notes, `In a file it has no effect: ${overruled}.`],
    default: defaultText(field),
    onNode,
    since: field.since ?? null,
    until: field.until ?? null,
    os: field.os ?? null,
    modes: field.modes ?? [],
    needs: field.needs ?? null,
    flags: (field.flags ?? []).map(({ name, since = null, until = null, wins = false }) => ({
      name,
      since,
      until,
      wins,
    })),
    rules: (field.rules ?? []).map(({ must, since = null, until = null }) => ({ must, since, until })),
    example: exampleOf(field),
    sources: [
      {
        title: 'kube-proxy Configuration (v1alpha1)',
        url: 'https://kubernetes.io/docs/reference/config-api/kube-proxy-config.v1alpha1/',
      },
      ...(field.sources ?? []).map((url) => ({ title: 'Enhancement', url })),
    ],
  }
}

const defaultText = ({ default: value }: Field): string | null => (value === undefined ? null : String(value))

/** The field in its place in the file. */
function exampleOf({ path, type, ...field }: Field): string {
  const names = path.split('.')
  const value = field.default ?? examples[type]
  const lines = names.map((name, depth) => `${'  '.repeat(depth)}${name}:`)
  const text =
    typeof value === 'string' && /^(\d+|0\.0\.0\.0.*|\[.*)$/.test(value) && type === 'string'
      ? `"${value}"`
      : String(value)
  return `${lines.join('\n')} ${fieldAt(path)?.needs && path.startsWith('detectLocal.') ? 'cni0' : text}`
}

const examples: Readonly<Record<FieldType, boolean | number | string>> = {
  boolean: true,
  duration: '30s',
  float32: 5,
  gates: '{ContextualLogging: false}',
  int32: 1,
  nanoseconds: '5s',
  quantity: '2Ki',
  string: '""',
  strings: '[10.0.0.0/8]',
  uint32: 2,
  vmodule: '[{filePattern: "proxier*", verbosity: 4}]',
}
