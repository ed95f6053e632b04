/** Who may ask the API server, each by a token of this cluster, and the kubeconfig files that say so. */
import { randomBytes } from 'node:crypto'

export interface User {
  readonly name: string
  readonly group: string
  readonly token: string
}

export function user(name: string, group: string): User {
  return { name, group, token: randomBytes(16).toString('hex') }
}

/** The file of kube-apiserver's `--token-auth-file`. */
export function tokenFile(users: readonly User[]): string {
  return users.map(({ token, name, group }) => `${token},${name},${name},"${group}"\n`).join('')
}

/** A kubeconfig in JSON, which is YAML too. `ca` is the certificate in PEM. */
export function kubeconfig(server: string, ca: Uint8Array, { name, token }: User): string {
  const context = { cluster: 'kpx', user: name }
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'kpx', cluster: { server, 'certificate-authority-data': Buffer.from(ca).toString('base64') } }],
    users: [{ name, user: { token } }],
    contexts: [{ name: 'kpx', context }],
    'current-context': 'kpx',
  })
}
