/** What a configuration sets and a flag of the container's command says otherwise, which wins. */
import { effectiveSettings } from '../../config/effective.ts'
import type { StartedWith } from '../../config/effective.ts'
import { lineOf } from '../../config/value.ts'
import { writtenValues } from '../../config/written-values.ts'
import { finding } from '../finding.ts'
import type { Finding } from '../finding.ts'

/** An empty text sets nothing: kubeadm writes one for hostnameOverride beside the flag. */
export function overruledFields(started: StartedWith & { readonly config: string }, minor: number): Finding[] {
  const settings = effectiveSettings(started)
  return [...writtenValues(started.config, minor)].flatMap(([path, value]) => {
    const { origin, value: wins } = settings?.get(path) ?? {}
    if (origin !== 'flag' || wins === undefined || value === '' || lineOf(value) === lineOf(wins)) return []
    const message = `${path} is ${lineOf(value)} here and ${lineOf(wins)} by a flag of the command, which wins`
    return [finding('KPX2016', { message, field: path })]
  })
}
