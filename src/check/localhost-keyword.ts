/** NodePorts at 127.0.0.1 in nftables mode: the gate alone does not open them (KEP-3866, 1.37 alpha). */
import { finding } from '../answer/finding.ts'
import { gateIsOn } from '../config/gates.ts'
import type { Settings } from '../config/settings.ts'
import { asList } from '../config/value.ts'
import { noConfiguration, whole } from './check.ts'
import type { ClusterCheck } from './check.ts'

export const localhostKeyword: ClusterCheck = {
  codes: ['KPX4141'],
  needs: 'static',
  applies: whole,
  ofCluster: ({ question: { mode }, settings }) => {
    if (settings.length === 0) return noConfiguration
    const isClosed = settings.some((one) => (mode ?? one.text('mode')) === 'nftables' && isOpened(one) && !isNamed(one))
    if (!isClosed) return []
    const message = 'the gate KubeProxyNFTablesLocalhostNodePorts is on, and nodePortAddresses does not name localhost'
    return [finding('KPX4141', { message, field: 'nodePortAddresses' })]
  },
}

const isOpened = ({ gates, minor }: Settings): boolean => gateIsOn('KubeProxyNFTablesLocalhostNodePorts', gates, minor)

const isNamed = (settings: Settings): boolean =>
  asList(settings.get('nodePortAddresses')?.value).some((one) => one === 'localhost' || one.startsWith('127.'))
