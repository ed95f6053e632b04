/** Faults of ipvs mode, on the node of ipvs.cluster.ts that is a virtual machine. */
import type { Cluster } from './cluster.ts'
import { toolsImage } from './images.ts'
import type { RunOptions } from './run.ts'
import type { Fault } from './verify-faults.ts'

const node = 'node2'

/** Runs the programs of the virtual machine itself: kube-proxy's image has neither ip nor ipvsadm. */
export const toolsPod: object = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'tools' },
  spec: {
    hostNetwork: true,
    nodeName: node,
    containers: [
      {
        name: 'tools',
        image: toolsImage,
        securityContext: { privileged: true },
        volumeMounts: [{ name: 'root', mountPath: '/host' }],
      },
    ],
    volumes: [{ name: 'root', hostPath: { path: '/' } }],
  },
}

const onNode = ({ kubectl }: Cluster, program: string, ...words: string[]): Promise<string> =>
  kubectl(['exec', 'tools', '--', '/host/bin/busybox', 'chroot', '/host', `/usr/sbin/${program}`, ...words])

const ipset = ({ kubectl }: Cluster, words: readonly string[], options?: RunOptions): Promise<string> =>
  kubectl(['exec', '-i', '-n', 'kube-system', 'daemonset/kube-proxy-ipvs', '--', 'ipset', ...words], options)

const addressOfWeb = ({ kubectl }: Cluster): Promise<string> =>
  kubectl(['get', 'service', 'web', '-o', 'jsonpath={.spec.clusterIP}'])

export const ipvsFaults: readonly Fault[] = [
  {
    what: 'an ipset emptied',
    make: async (cluster) => {
      const entries = await ipset(cluster, ['save', 'KUBE-CLUSTER-IP'])
      await ipset(cluster, ['flush', 'KUBE-CLUSTER-IP'])
      return async () => void (await ipset(cluster, ['restore', '-exist'], { input: entries }))
    },
    found: [`KPX3022 ${node} *`],
    says: 'KUBE-CLUSTER-IP has no entries',
  },
  {
    what: "a real server's weight 0",
    make: async (cluster) => {
      const server = `${await addressOfWeb(cluster)}:80`
      const servers = await onNode(cluster, 'ipvsadm', '-S', '-n')
      const [, real = ''] = new RegExp(`^-a -t ${server.replaceAll('.', '\\.')} -r (\\S+)`, 'm').exec(servers) ?? []
      const weight = (value: number): Promise<string> =>
        onNode(cluster, 'ipvsadm', ...`-e -t ${server} -r ${real} -m -w ${value}`.split(' '))
      await weight(0)
      return async () => void (await weight(1))
    },
    found: [`KPX3006 ${node} default/web`],
    says: 'none gets to default/web-',
  },
  {
    what: "a Service's address gone from kube-ipvs0",
    make: async (cluster) => {
      const address = [`${await addressOfWeb(cluster)}/32`, 'dev', 'kube-ipvs0']
      await onNode(cluster, 'ip', 'addr', 'del', ...address)
      return async () => void (await onNode(cluster, 'ip', 'addr', 'add', ...address))
    },
    found: [`KPX3005 ${node} default/web`],
    says: 'no rule translates',
  },
]
