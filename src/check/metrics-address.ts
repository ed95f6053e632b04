/** Metrics, configuration and profiles that are read from beyond the node. */
import { finding } from '../answer/finding.ts'
import { splitHostPort } from '../config/address.ts'
import { noConfiguration, whole } from './check.ts'
import type { ClusterCheck } from './check.ts'

export const metricsAddress: ClusterCheck = {
  codes: ['KPX4137'],
  needs: 'static',
  applies: whole,
  ofCluster: ({ settings }) => {
    if (settings.length === 0) return noConfiguration
    const own = settings.find((one) => !isOfNode(one.text('metricsBindAddress')))
    if (!own) return []
    const profiles = own.line('enableProfiling') === 'true' ? ', with enableProfiling' : ''
    const message = `metricsBindAddress is ${own.text('metricsBindAddress')}${profiles}`
    return [finding('KPX4137', { message, field: 'metricsBindAddress' })]
  },
}

/** Nothing is served at an empty one. */
const isOfNode = (address: string): boolean =>
  address === '' || /^(?:127\.|::1$)/.test(splitHostPort(address)?.host ?? '')
