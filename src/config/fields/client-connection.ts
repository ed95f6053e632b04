import type { Field } from '../field.ts'
import { notNegative } from '../rules.ts'

export const clientConnectionFields: readonly Field[] = [
  {
    path: 'clientConnection.acceptContentTypes',
    type: 'string',
    does: 'The Accept header of requests to the API server, where it is not to follow contentType.',
  },
  {
    path: 'clientConnection.burst',
    type: 'int32',
    does: 'How many requests to the API server may go out at once beyond qps.',
    default: 10,
    flags: [{ name: 'kube-api-burst' }],
    rules: [notNegative({ upstream: 'ClientConnection.Burst' })],
  },
  {
    path: 'clientConnection.contentType',
    type: 'string',
    does: 'How kube-proxy and the API server write objects to each other.',
    default: 'application/vnd.kubernetes.protobuf',
    flags: [{ name: 'kube-api-content-type' }],
  },
  {
    path: 'clientConnection.kubeconfig',
    type: 'string',
    does: 'The kubeconfig file with the API server and the credentials for it.',
    notes: [
      "Empty means the pod's service account. The server in it must be reachable without kube-proxy: no ClusterIP.",
      'The flag --master replaces the server, with --config too.',
    ],
    flags: [{ name: 'kubeconfig' }],
  },
  {
    path: 'clientConnection.qps',
    type: 'float32',
    does: 'How many requests to the API server a second, in the long run.',
    default: 5,
    flags: [{ name: 'kube-api-qps' }],
  },
]
