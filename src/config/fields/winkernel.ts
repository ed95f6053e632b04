import type { Field } from '../field.ts'

const os = 'Windows'

export const winkernelFields: readonly Field[] = [
  {
    path: 'winkernel.enableDSR',
    type: 'boolean',
    does: 'Answers go from the endpoint to the client without passing the load balancer (direct server return).',
    notes: ['Needs the feature gate WinDSR where that is off.'],
    os,
    flags: [{ name: 'enable-dsr' }],
  },
  {
    path: 'winkernel.forwardHealthCheckVip',
    type: 'boolean',
    does: 'Forwards the health checks of a cloud load balancer, which are sent to its own address.',
    since: '1.24',
    os,
    flags: [{ name: 'forward-healthcheck-vip', since: '1.24' }],
  },
  {
    path: 'winkernel.networkName',
    type: 'string',
    does: 'The HNS network whose endpoints kube-proxy programs.',
    notes: ['Empty takes the environment variable KUBE_NETWORK; without either kube-proxy exits.'],
    os,
    flags: [{ name: 'network-name' }],
  },
  {
    path: 'winkernel.rootHnsEndpointName',
    type: 'string',
    does: 'The HNS endpoint of the network that the node itself is in.',
    notes: ['On Windows empty means cbr0.'],
    since: '1.24',
    os,
    flags: [{ name: 'root-hnsendpoint-name', since: '1.24' }],
  },
  {
    path: 'winkernel.sourceVip',
    type: 'string',
    does: "The source address that replaces the client's where the network is an overlay.",
    os,
    flags: [{ name: 'source-vip' }],
  },
]
