/** kpx as a Job of the cluster that it looks at: all that it needs to run there with a reader's rights, and no more. */
import { readerClusterRole, readerRole } from './role.ts'
import type { Role } from './role.ts'

export interface JobOptions {
  readonly name: string
  /** Where the Job runs; undefined for one of its own, which is made as well. */
  readonly namespace: string | undefined
  /** Where kube-proxy is. */
  readonly systemNamespace: string
  readonly image: string
  /** kpx's command line without `kpx`. */
  readonly words: readonly string[]
  /** When a CronJob runs, in the five fields of cron; a Job where there is none. */
  readonly schedule: string | undefined
}

export interface Manifest extends Readonly<Record<string, unknown>> {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly labels?: object }
}

/** In an order in which `kubectl apply` can make them. */
export function jobManifests(options: JobOptions): readonly Manifest[] {
  const { systemNamespace } = options
  const namespace = options.namespace ?? ownNamespace
  const roles = [readerClusterRole, readerRole(systemNamespace)]
  // no pod in it may have more than kpx needs; in another one others may need more
  const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' }
  return [
    ...(options.namespace === undefined
      ? [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels } }]
      : []),
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: serviceAccount, namespace } },
    ...roles.map((role) => ({ ...role })),
    ...roles.map((role) => bindingOf(role, namespace)),
    options.schedule === undefined ? job(options, namespace) : cronJob(options, namespace, options.schedule),
  ]
}

const ownNamespace = 'kpx'
const serviceAccount = 'kpx'

const bindingOf = ({ apiVersion, kind, metadata }: Role, namespace: string): Manifest => ({
  apiVersion,
  kind: `${kind}Binding`,
  metadata: { ...metadata, name: `${metadata.name}:${namespace}` },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind, name: metadata.name },
  subjects: [{ kind: 'ServiceAccount', name: serviceAccount, namespace }],
})

const job = (options: JobOptions, namespace: string): Manifest => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name: options.name, namespace },
  spec: { ttlSecondsAfterFinished: 86_400, ...jobSpec(options) },
})

const cronJob = (options: JobOptions, namespace: string, schedule: string): Manifest => ({
  apiVersion: 'batch/v1',
  kind: 'CronJob',
  metadata: { name: options.name, namespace },
  spec: { schedule, concurrencyPolicy: 'Forbid', jobTemplate: { spec: jobSpec(options) } },
})

const jobSpec = ({ image, words }: JobOptions): object => ({
  // "no" is an answer: it is not asked for again
  backoffLimit: 0,
  activeDeadlineSeconds: 900,
  template: { spec: podSpec(image, words) },
})

/** As Pod Security's `restricted` asks for it. */
const podSpec = (image: string, args: readonly string[]): object => ({
  serviceAccountName: serviceAccount,
  restartPolicy: 'Never',
  securityContext: { runAsNonRoot: true, runAsUser: 65_532, seccompProfile: { type: 'RuntimeDefault' } },
  containers: [
    {
      name: 'kpx',
      image,
      args,
      // the end of what kpx says is in the pod's status then
      terminationMessagePolicy: 'FallbackToLogsOnError',
      securityContext: {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      },
      resources: { requests: { cpu: '100m', memory: '256Mi' } },
    },
  ],
})
