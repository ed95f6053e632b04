/** Documents with every field that the schemas describe. */
import { readdirSync, readFileSync } from 'node:fs'
import { root } from '../kpx.ts'
import type { Place } from './places.ts'
import type { Document } from './schemas.ts'

const folder = `${root}test/schema/examples`

export const examples: readonly Document[] = readdirSync(folder).map(
  (file) => JSON.parse(readFileSync(`${folder}/${file}`, 'utf8')) as Document,
)

/** `TraceList items[].node` */
export const fieldAt = ({ kind }: Document, { name }: Place): string => `${kind} ${name}`

const isAmong = (fields: readonly RegExp[], field: string): boolean => fields.some((pattern) => pattern.test(field))

/** Fields that a document may lack: there are not always all senders, and kpx has added some to what v1 promises. */
const optional = [
  /^Error seen$/,
  /findings\[\]\.evidence\[\]\.(?:column|node)$/,
  /^ServiceExplanation type$/,
  /^ServiceExplanation .*\.senders(?:\.\w+)?$/,
  /^ServiceExplanation .*\.from\.\w+$/,
  /^ServiceList items\[\]\.(?:family|from|others)$/,
  /^TraceList items\[\]\.steps\[\]\.target$/,
  /\.sourceKept$/,
]

export const isRequired = (field: string): boolean => !field.endsWith('[]') && !isAmong(optional, field)

const nullable = [
  /^Change (?:dryRun|rollout)$/,
  /findings\[\]\.(?:field|fix|link|node|object|suppressed)$/,
  /findings\[\]\.evidence\[\]\.node$/,
  /^ServiceExplanation (?:affinity|externalTrafficPolicy|sources)$/,
  /^ServiceExplanation ports\[\]\.frontends\[\]\.(?:ip|nodes\[\]\.mode)$/,
  /^ServiceList items\[\]\.(?:ip|endpoints\[\]\.(?:node|pod))$/,
  /^Status (?:config\.key|nodes\[\]\.running)$/,
  /^TraceList items\[\]\.steps\[\]\.target$/,
  /\.(?:outcomes|from\.\w+)\[\]\.(?:endpoint|sourceSeen|endpoint\.(?:node|pod))$/,
]

export const isNullable = (field: string): boolean => isAmong(nullable, field)
