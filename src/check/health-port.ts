/** Where kube-proxy's health is, for load balancers of clouds: they ask port 10256 (cloud-provider, CloudNodeIPs and its health checks). */
import { finding } from '../answer/finding.ts'
import { qualified } from '../cluster/objects.ts'
import { splitHostPort } from '../config/address.ts'
import { noConfiguration, whole } from './check.ts'
import type { ClusterCheck } from './check.ts'

const usualPort = '10256'

export const healthPort: ClusterCheck = {
  codes: ['KPX4136'],
  needs: 'cluster',
  applies: whole,
  ofCluster: ({ services, settings }) => {
    const balanced = services.filter(
      ({ externalTrafficPolicy, type }) => type === 'LoadBalancer' && externalTrafficPolicy !== 'Local',
    )
    if (balanced.length === 0) return []
    if (settings.length === 0) return noConfiguration
    const own = settings.find((one) => !isReachable(one.text('healthzBindAddress')))
    if (!own) return []
    const address = own.text('healthzBindAddress')
    const message = `healthzBindAddress is ${address === '' ? 'empty' : address}, and load balancers look at port ${usualPort}`
    return [finding('KPX4136', { message, field: 'healthzBindAddress', affects: balanced.map(qualified).sort() })]
  },
}

function isReachable(address: string): boolean {
  const { host = '', port } = splitHostPort(address) ?? {}
  return port === usualPort && !/^(?:127\.|::1$)/.test(host)
}
