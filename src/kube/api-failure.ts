/** What the API server, or the way to it, answered instead of what was asked: as errors with the next step. */
import { KpxError } from '../error.ts'
import { resources } from './resource.ts'
import type { Place, Resource } from './resource.ts'
import { debugPodsRole, readerClusterRole, readerRole, systemNamespace, writerRole } from './role.ts'
import type { Rule } from './role.ts'

/** What was asked, as RBAC names it. */
export interface Asked extends Place {
  readonly verb: 'create' | 'delete' | 'get' | 'list' | 'patch' | 'update'
  readonly resource: Resource
}

/** `list services`, `run a command in kube-system/kube-proxy-x`. */
export function describe({ name, namespace, resource, verb }: Asked): string {
  const own = `${namespace === undefined ? '' : `${namespace}/`}${name}`
  if (resource === resources.exec) return `run a command in ${own}`
  if (resource === resources.portForward) return `ask a port of ${own}`
  return `${verb} ${resource.plural}${name === undefined ? '' : ` of ${own}`}`
}

/** An answer with another status than 2xx, which is the cause of the error. `hint` is why who asks may not be known. */
export function statusFailure(status: number, body: string, asked: Asked, hint: string | undefined): KpxError {
  const what = describe(asked)
  const told = messageOf(body)
  const because = told === '' ? '' : `: ${told}`
  if (status === 401) {
    const why = hint === undefined ? because : `: ${hint}`
    return new KpxError('KPX1014', `the API server does not know who asks to ${what}${why}`)
  }
  if (isPage(body) || (status >= 300 && status < 400)) {
    const message = `a page with status ${status} came instead of the API server's answer to ${what}`
    return new KpxError('KPX1016', message, { fix: pageFix, cause: status })
  }
  if (status === 403)
    return new KpxError('KPX1015', `not allowed to ${what}${because}`, { fix: allowingFix(told, asked) })
  if (status === 404) return missing(asked, because)
  if (!told.startsWith(dialing)) {
    return new KpxError('KPX1016', `the API server answered ${status} to ${what}${because}`, { cause: status })
  }
  const message = `the API server cannot reach the node's kubelet to ${what}: ${told.slice(dialing.length)}`
  const fix = 'check that the node is up and its kubelet runs: kubectl get nodes'
  return new KpxError('KPX1016', message, { fix, cause: status })
}

/** As the API server begins the message where no connection to a kubelet is made (k8s.io/apimachinery/pkg/util/proxy). */
const dialing = 'error dialing backend: '

/** Of a login, a proxy or a load balancer. */
const isPage = (body: string): boolean => /^\s*</.test(body)

export const pageFix = 'check that the server in the kubeconfig is a Kubernetes API server, not a login page or a proxy'

function missing(asked: Asked, because: string): KpxError {
  if (asked.name === undefined || !asked.resource.plural.startsWith('pods')) {
    return new KpxError('KPX1016', `the API server has nothing to ${describe(asked)}${because}`, { cause: 404 })
  }
  const message = `${asked.namespace}/${asked.name} is gone${because}`
  return new KpxError('KPX1016', message, { fix: 'ask again: its successor may be there', cause: 404 })
}

/** An answer that would fill the memory. */
export const endless = (asked: Asked): KpxError =>
  new KpxError('KPX1011', `the answer to ${describe(asked)} does not end`, {
    fix: 'check that the server in the kubeconfig is the one that you mean',
    exit: 3,
  })

/** Whether the API server's message is that of an admission plugin. */
export const isPolicy = (told: string): boolean =>
  /violates PodSecurity|admission webhook|ValidatingAdmissionPolicy|exceeded quota/.test(told)

/** Admission refuses what the user's roles would allow. */
const allowingFix = (told: string, asked: Asked): string =>
  isPolicy(told) ? 'no role helps here: see with who runs the cluster what its policies allow' : ruleFix(asked)

/** The rule that has the verb, the role that it belongs to, and the command that prints both. */
function ruleFix({ namespace = systemNamespace, resource: { group, plural }, verb }: Asked): string {
  const has = ({ resources, verbs }: Rule): boolean => resources.includes(plural) && verbs.includes(verb)
  const all = [readerClusterRole, readerRole(namespace), writerRole(namespace), debugPodsRole]
  const own = all.find(({ rules }) => rules.some(has))
  const verbs = own?.rules.find(has)?.verbs ?? [verb]
  const rule = `apiGroups: ["${group}"], resources: ["${plural}"], verbs: [${verbs.map((one) => `"${one}"`).join(', ')}]`
  const place = namespace === systemNamespace ? '' : ` -n ${namespace}`
  const flags =
    own === debugPodsRole ? ' --allow-debug-pods' : own?.metadata.name === 'kpx-writer' ? `${place} --changes` : place
  const role = own?.kind === 'Role' ? `a Role in namespace ${namespace}` : 'your ClusterRole'
  return `have this rule added to ${role}, or all of kpx rbac${flags}: ${rule}`
}

/** The message of a Status object; other servers answer with pages. */
function messageOf(body: string): string {
  try {
    const status: unknown = JSON.parse(body)
    if (typeof status === 'object' && status !== null && 'message' in status && typeof status.message === 'string') {
      return status.message
    }
  } catch {
    // a page
  }
  return ''
}

/** No answer: the name is not known, nothing listens, the certificate is not trusted, or nothing came in time. */
export function networkFailure(error: unknown, { proxy, server }: Through, asked: Asked): KpxError {
  if (error instanceof KpxError) return error
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const message = error instanceof Error ? error.message : String(error)
  const proxyAnswer = /^Bad response: (\d+)$/.exec(message)?.[1]
  const { fix: usual, why } =
    proxyAnswer === undefined
      ? (reasons.get(code) ?? unusual(code, message))
      : { why: `the proxy answered ${proxyAnswer}`, fix: undefined }
  const way = proxy === undefined ? '' : ` through the proxy ${proxy}`
  const isOfTls = usual !== undefined && !reasons.has(code)
  const fix = proxy === undefined || isOfTls ? usual : proxyFix
  return new KpxError('KPX1013', `${server} cannot be reached${way} to ${describe(asked)}: ${why}`, {
    ...(fix !== undefined && { fix }),
    cause: error,
  })
}

interface Through {
  readonly server: string
  readonly proxy: string | undefined
}

const proxyFix =
  'check proxy-url in the kubeconfig, or HTTPS_PROXY and NO_PROXY, and that the proxy leads to the server'

/** OpenSSL's and Node's codes. */
function unusual(code: string, message: string): { readonly why: string; readonly fix?: string } {
  if (/ALERT_\w*(?:CERT|UNKNOWN_CA)|X509_KEY_VALUES|ERR_OSSL/.test(code)) {
    return {
      why: `the client certificate is not taken (${message})`,
      fix: 'log in again, or check client-certificate and client-key in the kubeconfig',
    }
  }
  if (/CERT|SELF_SIGNED|UNABLE_TO_(GET|VERIFY)|ERR_TLS/.test(code)) {
    return {
      why: `its certificate is not trusted (${message})`,
      fix: 'check certificate-authority and server in the kubeconfig, and that no proxy stands between',
    }
  }
  if (!/EPROTO|ERR_SSL|^HPE_/.test(code)) return { why: message }
  return {
    why: `what answers there is no API server (${message})`,
    fix: 'check server in the kubeconfig: https:// or http://, host and port',
  }
}

const reasons: ReadonlyMap<string, { readonly why: string; readonly fix: string }> = new Map([
  [
    'ECONNREFUSED',
    { why: 'nothing listens there', fix: 'check that the API server runs, and the server in the kubeconfig' },
  ],
  ['ENOTFOUND', { why: 'its name is not known (DNS)', fix: 'check the server in the kubeconfig, the VPN and DNS' }],
  ['EAI_AGAIN', { why: 'DNS does not answer', fix: 'check the network and DNS, then try again' }],
  ['EHOSTUNREACH', { why: 'there is no route', fix: 'check the network and the VPN' }],
  ['ENETUNREACH', { why: 'there is no route', fix: 'check the network and the VPN' }],
  ['ECONNRESET', { why: 'the connection was closed', fix: 'try again; check proxies and load balancers between' }],
  [
    'ETIMEDOUT',
    { why: 'it does not answer', fix: 'check the network and the VPN, or give it longer: --request-timeout 60s' },
  ],
])

/** Nothing came for so many milliseconds. */
export const timeOut = (what: string, milliseconds: number): KpxError =>
  new KpxError('KPX1017', `no answer within ${milliseconds / 1000} s: ${what}`)
