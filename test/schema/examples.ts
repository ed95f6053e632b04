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
  /^(?:CodeExplanation|CodeList|Error|KubeProxyExplanation|ModeExplanation) seen$/,
  /^ModeExplanation (?:milestones\[\]\.note|needs\[\]\.atLeast)$/,
  /(?:findings|found)\[\]\.evidence\[\]\.(?:column|endColumn|node)$/,
  /(?:findings|found)\[\]\.(?:affects|says)$/,
  /^FindingList (?:checks|compared|kubernetes|mode|nodes|verdict)$/,
  /^ServiceExplanation (?:behaviour|type)$/,
  /^(?:Address|Service)Explanation .*\.senders(?:\.\w+)?$/,
  /^(?:Address|Service)Explanation .*\.from\.\w+$/,
  /^ServiceList items\[\]\.(?:family|from|others)$/,
  /^TraceList items\[\]\.steps\[\]\.target$/,
  /\.sourceKept$/,
  / seen\.(?:blind\[\]\.fix|notes|reached|reached\[\]\.instead)$/,
  /^RulesetSummary files\[\]\.cut$/,
]

export const isRequired = (field: string): boolean => !field.endsWith('[]') && !isAmong(optional, field)

const nullable = [
  /^AddressExplanation (?:port|protocol)$/,
  /^AddressExplanation roles\[\]\.(?:conditions|node|note|object)$/,
  /^AddressExplanation .*\.rules\[\]\.(?:port|protocol|service)$/,
  /^Change (?:dryRun|instead|rollout|rollout\.nodes\[\]\.(?:confirmed|why)|theirs)$/,
  /^ConfigDiff changes\[\]\.(?:after|before)$/,
  /^Configuration (?:config\.(?:changedAt|changedBy|key|object|owner|platform)|text|values|version)$/,
  /^CodeExplanation (?:exit|found)$/,
  /^FieldExplanation (?:default|needs|onNode|os|(?:(?:flags|rules)\[\]\.)?(?:since|until))$/,
  /^FieldList items\[\]\.(?:default|since|until)$/,
  /^History items\[\]\.changes\[\]\.(?:after|before)$/,
  /^KubeProxyExplanation cluster(?:\.platform|\.counts|\.counts\.endpoints|\.example)?$/,
  /^KubeProxyExplanation cluster\.nodes\[\]\.(?:rules|sets|virtualServers)$/,
  /^FindingList nodes\[\]\.(?:bridged|from|gapSeconds|kernel|version)$/,
  /^Mode (?:config\.(?:key|object)|mode\.(?:configured|effective)|nodes\[\]\.(?:config\.(?:configured|effective|key|object)|programmed|running|version))$/,
  /^ModeExplanation (?:example|noExample)$/,
  /^ModeExplanation example\.steps\[\]\.(?:file|line|target)$/,
  /^PodExplanation (?:node|phase|ready|why)$/,
  /^PodExplanation services\[\]\.(?:listed|note|selected)$/,
  /^PodExplanation .*\.frontends\[\]\.(?:endpoint|hairpin|ip|nodes\[\]\.why)$/,
  /(?:findings|found)\[\]\.(?:field|fix|link|node|object|suppressed)$/,
  /(?:findings|found)\[\]\.evidence\[\]\.node$/,
  /^ServiceExplanation (?:affinity|behaviour\[\]\.holds|externalTrafficPolicy|sources)$/,
  /^ServiceExplanation ports\[\]\.frontends\[\]\.ip$/,
  /^ServiceList items\[\]\.(?:ip|endpoints\[\]\.(?:node|pod))$/,
  /^Status (?:server|(?:nodes\[\]\.)?config\.(?:changedAt|changedBy|configured|effective|key|object|owner|platform)|mode\.(?:configured|effective))$/,
  /^Status nodes\[\]\.(?:configCurrent|kubelet|leftovers|pod|programmed|running|startedAt|sync\.\w+|version)$/,
  /^RolloutStatus (?:rollout(?:\.(?:holder|stopped))?|nodes\[\]\.(?:configCurrent|pod|running|startedAt|state|why))$/,
  /^TraceList items\[\]\.steps\[\]\.target$/,
  /^Version (?:cluster|cluster\.server|cluster\.nodes\[\]\.(?:kubelet|version)|failure)$/,
  /nodes\[\]\.mode$/,
  /\.(?:hairpin|(?:outcomes|from\.\w+)\[\])\.(?:endpoint|sourceSeen|endpoint\.(?:node|pod))$/,
]

export const isNullable = (field: string): boolean => isAmong(nullable, field)
