/** Every field of KubeProxyConfiguration that a release from 1.19 to 1.37 has, by path. */
import type { Field } from '../field.ts'
import { clientConnectionFields } from './client-connection.ts'
import { conntrackFields } from './conntrack.ts'
import { detectLocalFields } from './detect-local.ts'
import { generalFields } from './general.ts'
import { iptablesFields } from './iptables.ts'
import { ipvsFields } from './ipvs.ts'
import { loggingFields } from './logging.ts'
import { nftablesFields } from './nftables.ts'
import { winkernelFields } from './winkernel.ts'

export const fields: readonly Field[] = [
  ...clientConnectionFields,
  ...conntrackFields,
  ...detectLocalFields,
  ...generalFields,
  ...iptablesFields,
  ...ipvsFields,
  ...loggingFields,
  ...nftablesFields,
  ...winkernelFields,
].sort((a, b) => (a.path < b.path ? -1 : 1))

const byPath: ReadonlyMap<string, Field> = new Map(fields.map((field) => [field.path, field]))

export const fieldAt = (path: string): Field | undefined => byPath.get(path)

/** Keys that hold fields: `iptables`, `logging.options.text`. */
export const sections: readonly string[] = [
  ...new Set(
    fields.flatMap(({ path }) => {
      const names = path.split('.')
      return names.slice(1).map((_, i) => names.slice(0, i + 1).join('.'))
    }),
  ),
].sort()

/** Keys that no release from 1.19 on reads, and the last that did. Sources: types.go of kube-proxy 1.14 and 1.15. */
export const forgottenFields: readonly { readonly path: string; readonly until: string }[] = [
  { path: 'conntrack.max', until: '1.14' },
  { path: 'resourceContainer', until: '1.15' },
]
