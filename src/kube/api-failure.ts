/** What the API server, or the way to it, answered instead of what was asked: as errors with the next step. */
import { KpxError } from '../error.ts'
import type { Place, Resource } from './resource.ts'
import { debugPodsRole, readerClusterRole, readerRole, systemNamespace } from './role.ts'
import type { Rule } from './role.ts'

/** What was asked, as RBAC names it. */
export interface Asked extends Place {
  readonly verb: 'create' | 'delete' | 'get' | 'list'
  readonly resource: Resource
}

/** `list services`, `create pods/exec of kube-system/kube-proxy-x`. */
export function describe({ name, namespace, resource, verb }: Asked): string {
  const whose = name === undefined ? '' : ` of ${namespace === undefined ? '' : `${namespace}/`}${name}`
  return `${verb} ${resource.plural}${whose}`
}

/** An answer with another status than 2xx, which is the cause of the error. */
export function statusFailure(status: number, body: string, asked: Asked): KpxError {
  const what = describe(asked)
  const told = messageOf(body)
  const because = told === '' ? '' : `: ${told}`
  switch (status) {
    case 401:
      return new KpxError('KPX1014', `the API server does not know who asks to ${what}${because}`)
    case 403:
      return new KpxError('KPX1015', `not allowed to ${what}${because}`, { fix: ruleFix(asked) })
    case 404:
      return new KpxError('KPX1016', `the API server has nothing to ${what}${because}`, { cause: 404 })
    default:
      return new KpxError('KPX1016', `the API server answered ${status} to ${what}${because}`, { cause: status })
  }
}

/** The rule that has the verb, the role that it belongs to, and the command that prints both. */
function ruleFix({ namespace = systemNamespace, resource: { group, plural }, verb }: Asked): string {
  const has = ({ resources, verbs }: Rule): boolean => resources.includes(plural) && verbs.includes(verb)
  const own = [readerClusterRole, readerRole(namespace), debugPodsRole].find(({ rules }) => rules.some(has))
  const verbs = own?.rules.find(has)?.verbs ?? [verb]
  const rule = `apiGroups: ["${group}"], resources: ["${plural}"], verbs: [${verbs.map((one) => `"${one}"`).join(', ')}]`
  const flags = own === debugPodsRole ? ' --allow-debug-pods' : namespace === systemNamespace ? '' : ` -n ${namespace}`
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
export function networkFailure(error: unknown, server: string, asked: Asked): KpxError {
  if (error instanceof KpxError) return error
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const message = error instanceof Error ? error.message : String(error)
  const known = reasons.get(code)
  const why = known?.why ?? (isCertificateCode(code) ? `its certificate is not trusted (${message})` : message)
  const fix = known?.fix ?? (isCertificateCode(code) ? certificateFix : undefined)
  return new KpxError('KPX1013', `${server} cannot be reached to ${describe(asked)}: ${why}`, {
    ...(fix !== undefined && { fix }),
    cause: error,
  })
}

const isCertificateCode = (code: string): boolean =>
  /CERT|SELF_SIGNED|UNABLE_TO_(GET|VERIFY)|ERR_TLS|EPROTO|ERR_SSL/.test(code)

const certificateFix = 'check certificate-authority and server in the kubeconfig, and that no proxy stands between'

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
