/** Keys and certificates of the cluster, by openssl: a CA, the API server's pair and the key of service account tokens. */
import { controlPlane, kubernetesService } from './addresses.ts'
import { run } from './run.ts'

const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '30']
const names = ['kubernetes', 'kubernetes.default', 'kubernetes.default.svc', 'localhost'].map((name) => `DNS:${name}`)
const addresses = [...controlPlane.addresses, kubernetesService, '127.0.0.1'].map((address) => `IP:${address}`)

/** Writes ca.crt, ca.key, apiserver.crt, apiserver.key, sa.pub and sa.key into the folder. */
export async function makeCertificates(folder: string): Promise<void> {
  const openssl = async (...argv: string[]) => run('openssl', argv, { cwd: folder })
  await openssl('req', '-x509', ...key, '-subj', '/CN=kubernetes', '-keyout', 'ca.key', '-out', 'ca.crt')
  const signed = [
    '-CA',
    'ca.crt',
    '-CAkey',
    'ca.key',
    '-addext',
    `subjectAltName=${[...names, ...addresses].join(',')}`,
  ]
  await openssl(
    'req',
    '-x509',
    ...key,
    ...signed,
    '-subj',
    '/CN=apiserver',
    '-keyout',
    'apiserver.key',
    '-out',
    'apiserver.crt',
  )
  await openssl('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', 'sa.key')
  await openssl('ec', '-in', 'sa.key', '-pubout', '-out', 'sa.pub')
}
