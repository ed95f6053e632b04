/** `kpx config show` and `kpx config get`: the configuration as it is written, and every value that kube-proxy makes of it. */
import { effectiveSettings } from '../../config/effective.ts'
import type { Origin } from '../../config/settings.ts'
import { fieldsOf } from '../../config/spans.ts'
import { lineOf } from '../../config/value.ts'
import type { Value } from '../../config/value.ts'
import { writtenValues } from '../../config/written-values.ts'
import { KpxError } from '../../error.ts'
import type { Configuration } from './configuration.ts'
import { documentSeeing } from '../document.ts'
import type { Document } from '../document.ts'
import { findFields } from '../explain-field.ts'
import type { Place } from './place.ts'

/** Where the configuration is, and whose. */
export type ConfigPlace = Omit<Configuration, 'isOriginal' | 'mode'>

export interface FieldValue {
  readonly path: string
  /** On one line, as it could be typed after `PATH=`. */
  readonly value: string
  /** `node`: a default that each node replaces by its own. */
  readonly origin: Origin
}

export interface ShownConfiguration extends Document<'Configuration'> {
  readonly config: ConfigPlace
  /** kube-proxy's version: `v1.37.1`; null where it is not known, and then values are those of the newest. */
  readonly version: string | null
  /** As it is written; null where flags are the configuration, or the text was not seen. */
  readonly text: string | null
  /** Null where kube-proxy would not start, or the text was not seen. */
  readonly values: readonly FieldValue[] | null
}

export interface FieldValueList extends Document<'FieldValueList'> {
  readonly items: readonly FieldValue[]
}

const placeOnly = ({ configuration }: Place): ConfigPlace => {
  const { isOriginal: _original, mode: _mode, ...config } = configuration
  return config
}

/** No node was looked at. */
const none = { nodes: [], of: 0, blind: [] }

export const showConfiguration = (place: Place): ShownConfiguration => ({
  ...documentSeeing('Configuration', none),
  config: placeOnly(place),
  version: place.version,
  text: place.file.text ?? null,
  values: valuesOf(place) ?? null,
})

/** Every field of the release, by path. */
function valuesOf({ container, file, minor, version }: Place): FieldValue[] | undefined {
  const settings = effectiveSettings({ command: container.words, config: file.text, version: version ?? undefined })
  return (
    settings &&
    fieldsOf(minor).flatMap(({ path }) => {
      const setting = settings.get(path)
      return setting ? [fieldValue(path, setting.value, setting.origin)] : []
    })
  )
}

const fieldValue = (path: string, value: Value, origin: Origin): FieldValue => ({
  path,
  value: lineOf(value),
  origin,
})

/** Throws KPX2103 where no value can be told. */
export function effectiveValues(place: Place): FieldValue[] {
  const values = valuesOf(place)
  if (values) return values
  throw unseen(place) ?? new KpxError('KPX2103', wouldNotStart(place), { fix: 'see why: kpx config validate' })
}

/**
 * The fields at or below the paths: as they are written, and where they are not or `isEffective`, as kube-proxy has them. Throws KPX1001 for
 * a path that no release knows, and KPX2103 where no value can be told.
 */
export function getValues(place: Place, paths: readonly string[], isEffective: boolean): FieldValueList {
  const wanted = new Set(paths.flatMap((path) => findFields(path).map((field) => field.path)))
  const written = isEffective ? new Map<string, Value>() : writtenValues(place.file.text ?? '', place.minor)
  const items = effectiveValues(place)
    .filter(({ path }) => wanted.has(path))
    .map((effective) => {
      const own = written.get(effective.path)
      return own === undefined ? effective : fieldValue(effective.path, own, 'file')
    })
  if (items.length > 0) return { ...documentSeeing('FieldValueList', none), items }
  throw new KpxError('KPX1001', `kube-proxy 1.${place.minor} has no value for ${[...wanted].join(', ')}`, {
    fix: `see since when it is there: kpx explain field ${paths[0] ?? ''}`,
  })
}

const wouldNotStart = ({ configuration: { object } }: Place): string =>
  `kube-proxy would not start with ${object}, so no value is in force`

/** Undefined where the text was seen, or flags are the configuration. */
function unseen({ configuration: { object }, file }: Place): KpxError | undefined {
  if (file.file === undefined || file.text !== undefined) return undefined
  const fix = 'check that it is there, and that you may read it'
  return new KpxError('KPX2103', `the configuration is in ${object}, which was not seen`, { fix, exit: 3 })
}

/** As a file that could be passed to kube-proxy. Throws KPX2103 where there is no text. */
export function writtenText(place: Place): string {
  if (place.file.text !== undefined) return place.file.text
  const { object, platform } = place.configuration
  const words = platform ? ` (${platform.name}: ${platform.place})` : ''
  const message = `the configuration is in flags of ${object}${words}`
  throw (
    unseen(place) ?? new KpxError('KPX2103', message, { fix: 'see what comes of them: kpx config show --effective' })
  )
}
