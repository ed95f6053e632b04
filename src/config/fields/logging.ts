import type { Field, Refusal, Rule } from '../field.ts'
import { parseQuantity } from '../quantity.ts'
import type { Settings } from '../settings.ts'
import type { Value, VModuleItem } from '../value.ts'

const since = '1.28'

const mostVerbose = 2_147_483_647

const knownFormat: Rule = {
  upstream: 'logging.format',
  must: 'text or json',
  refusals: (value, all) => {
    if (value !== 'text' && value !== 'json') return [{ detail: 'Unsupported log format' }]
    if (value === 'text' || isOn('LoggingBetaOptions', all)) return []
    return [{ detail: 'Log format json is disabled, see LoggingBetaOptions feature', kind: 'Forbidden' }]
  },
}

/** A gate of the logging options: as the file or its group has it, else as it is by itself. */
function isOn(gate: 'LoggingAlphaOptions' | 'LoggingBetaOptions', { gates }: Settings): boolean {
  const group = gate === 'LoggingAlphaOptions' ? 'AllAlpha' : 'AllBeta'
  return gates.get(gate) ?? gates.get(group) ?? gate === 'LoggingBetaOptions'
}

const quietEnough = (upstream: string): Rule => ({
  upstream,
  must: `at most ${mostVerbose}`,
  refusals: (value) => (Number(value) > mostVerbose ? [{ detail: `Must be <= ${mostVerbose}` }] : []),
})

const flushes: Rule = {
  upstream: 'logging.flushFrequency',
  since: '1.37',
  must: 'more than 0',
  refusals: (value) => (typeof value === 'bigint' && value <= 0n ? [{ detail: 'Must be greater than zero' }] : []),
}

/** Before there was a rule: klog makes a ticker of it, and Go panics. */
const flushesOrPanics: Rule = {
  upstream: 'panic',
  atStart: true,
  since,
  until: '1.36',
  must: 'more than 0',
  refusals: (value) =>
    typeof value === 'bigint' && value < 0n ? [{ detail: 'non-positive interval for NewTicker' }] : [],
}

const vmodule: Rule = {
  upstream: 'logging.vmodule',
  must: 'a list of items {filePattern, verbosity}, with logging.format text; a pattern is not empty and has no = and no comma',
  refusals: (value, all) => {
    const items = vmoduleItems(value)
    const isText = ['', 'text'].includes(all.text('logging.format'))
    const ofList: Refusal[] =
      items.length === 0 || isText ? [] : [{ detail: 'Only supported for text log format', kind: 'Forbidden' }]
    return [...ofList, ...items.flatMap(refusalsOfItem)]
  },
}

function refusalsOfItem({ filePattern, verbosity }: VModuleItem, item: number): Refusal[] {
  const refusals: Refusal[] = []
  if (filePattern === '') refusals.push({ item, kind: 'Required value', detail: 'File pattern must not be empty' })
  if (/[=,]/.test(filePattern)) refusals.push({ item, detail: 'File pattern must not contain equal sign or comma' })
  if (verbosity > mostVerbose) refusals.push({ item, detail: `Must be <= ${mostVerbose}` })
  return refusals
}

const vmoduleItems = (value: Value): readonly VModuleItem[] =>
  Array.isArray(value) ? (value as readonly VModuleItem[]) : []

const alpha = (upstream: string): Rule => ({
  upstream,
  must: 'left as it is unless the feature gate LoggingAlphaOptions is on',
  refusals: (value, all) =>
    isOff(value) || isOn('LoggingAlphaOptions', all)
      ? []
      : [{ detail: 'Feature LoggingAlphaOptions is disabled', kind: 'Forbidden' }],
})

const isOff = (value: Value): boolean => value === false || (typeof value === 'string' && parseQuantity(value) === 0n)

const options = (format: 'json' | 'text', added: string): Field[] => [
  {
    path: `logging.options.${format}.infoBufferSize`,
    type: 'quantity',
    does: `How many bytes of info messages are gathered before they are written, with splitStream and format ${format}.`,
    default: '0',
    since: added,
    needs: { field: 'logging.format', value: format },
    flags: [{ name: `log-${format}-info-buffer-size`, since: added, wins: true }],
    rules: [alpha(upstreamOf(format, 'infoBufferSize'))],
  },
  {
    path: `logging.options.${format}.splitStream`,
    type: 'boolean',
    does: `Writes errors to stderr and info messages to stdout, with format ${format}.`,
    since: added,
    needs: { field: 'logging.format', value: format },
    overruled: `kube-proxy sets it back to false when it copies its flags; --log-${format}-split-stream alone counts`,
    flags: [{ name: `log-${format}-split-stream`, since: added, wins: true }],
    rules: [alpha(upstreamOf(format, 'splitStream'))],
  },
]

const upstreamOf = (format: string, name: string): string => `logging.options.${format}.${name}`

export const loggingFields: readonly Field[] = [
  {
    path: 'logging.flushFrequency',
    type: 'nanoseconds',
    does: 'The longest time that messages wait in memory before they are written.',
    default: '5s',
    since,
    flags: [{ name: 'log-flush-frequency', wins: true }],
    rules: [flushesOrPanics, flushes],
  },
  {
    path: 'logging.format',
    type: 'string',
    does: 'How log messages are written: text for people, json for programs.',
    default: 'text',
    since,
    flags: [{ name: 'logging-format', since, wins: true }],
    words: ['json', 'text'],
    rules: [knownFormat],
  },
  ...options('json', '1.28'),
  ...options('text', '1.30'),
  {
    path: 'logging.verbosity',
    type: 'uint32',
    does: 'How much is logged: 0 the least, 2 what is usual, 4 and more for finding faults.',
    since,
    flags: [{ name: 'v', wins: true }],
    rules: [quietEnough('logging.verbosity')],
  },
  {
    path: 'logging.vmodule',
    type: 'vmodule',
    does: 'Other verbosities for source files whose names match a pattern.',
    since,
    flags: [{ name: 'vmodule', wins: true }],
    rules: [vmodule],
  },
]
