/** etcd, kube-apiserver, kube-controller-manager and kube-scheduler, in a machine of their own. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { clusterCIDRs, controlPlane, serviceCIDRs } from './addresses.ts'
import { makeCertificates } from './certificates.ts'
import { builtPath, startDaemon, type Machine } from './machine.ts'
import { kubeconfig, tokenFile, user, type User } from './users.ts'

/** The folders of the programs that were built. */
export interface Programs {
  readonly kubernetes: string
  readonly etcd: string
}

export interface Credentials {
  readonly ca: Uint8Array
  readonly admin: User
  /** In the order of the nodes. */
  readonly kubelets: readonly User[]
}

export const apiServer = `https://${controlPlane.addresses[0]}:${controlPlane.port}`

/** Starts etcd and the API server, which waits for it. */
export async function startControlPlane(
  cp: Machine,
  programs: Programs,
  nodes: readonly string[],
): Promise<Credentials> {
  const pki = join(cp.folder, 'pki')
  mkdirSync(pki)
  await makeCertificates(pki)
  const ca = readFileSync(join(pki, 'ca.crt'))
  const admin = user('admin', 'system:masters')
  const kubelets = nodes.map((name) => user(`system:node:${name}`, 'system:nodes'))
  const components = ['kube-controller-manager', 'kube-scheduler'].map((name) =>
    user(`system:${name}`, 'system:masters'),
  )
  writeFileSync(join(pki, 'tokens.csv'), tokenFile([admin, ...kubelets, ...components]), { mode: 0o600 })
  for (const component of components) {
    writeFileSync(join(pki, component.name.replace('system:', '')), kubeconfig(apiServer, ca, component), {
      mode: 0o600,
    })
  }
  startDaemon(cp, 'etcd', [builtPath(join(programs.etcd, 'etcd')), ...etcdFlags])
  startComponent(cp, 'kube-apiserver', programs)
  return { ca, admin, kubelets }
}

/** When the API server is ready: they end where it is not so after 20 seconds, which a busy machine may take. */
export function startControllers(cp: Machine, programs: Programs): void {
  for (const name of ['kube-controller-manager', 'kube-scheduler'] as const) startComponent(cp, name, programs)
}

function startComponent(cp: Machine, name: keyof typeof componentFlags, { kubernetes }: Programs): void {
  startDaemon(cp, name, [builtPath(join(kubernetes, name)), ...componentFlags[name]])
}

/** The data is worth nothing after a crash, so nothing waits for the disk. */
const etcdFlags = ['--data-dir=/var/lib/etcd', '--unsafe-no-fsync', '--log-level=warn']

const componentFlags = {
  'kube-apiserver': [
    '--etcd-servers=http://127.0.0.1:2379',
    `--advertise-address=${controlPlane.addresses[0]}`,
    `--secure-port=${controlPlane.port}`,
    `--service-cluster-ip-range=${serviceCIDRs.join(',')}`,
    '--authorization-mode=Node,RBAC',
    '--token-auth-file=/var/lib/pki/tokens.csv',
    '--client-ca-file=/var/lib/pki/ca.crt',
    '--tls-cert-file=/var/lib/pki/apiserver.crt',
    '--tls-private-key-file=/var/lib/pki/apiserver.key',
    '--service-account-issuer=https://kubernetes.default.svc',
    '--service-account-key-file=/var/lib/pki/sa.pub',
    '--service-account-signing-key-file=/var/lib/pki/sa.key',
    '--kubelet-preferred-address-types=InternalIP',
    '--allow-privileged',
  ],
  'kube-controller-manager': [
    '--kubeconfig=/var/lib/pki/kube-controller-manager',
    '--leader-elect=false',
    '--root-ca-file=/var/lib/pki/ca.crt',
    '--service-account-private-key-file=/var/lib/pki/sa.key',
    `--cluster-cidr=${clusterCIDRs.join(',')}`,
    '--flex-volume-plugin-dir=/var/lib/volume-plugins',
  ],
  'kube-scheduler': ['--kubeconfig=/var/lib/pki/kube-scheduler', '--leader-elect=false'],
} as const
