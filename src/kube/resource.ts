/** The API's resources that kpx asks for, by what RBAC calls them. */
export interface Resource {
  /** Empty for the core group. */
  readonly group: string
  readonly version: string
  /** `pods`, or `pods/exec` for a subresource. */
  readonly plural: string
  /** Of what is no resource: everybody who is known may ask for /version. */
  readonly path?: string
}

const core = (plural: string): Resource => ({ group: '', version: 'v1', plural })

export const resources = {
  services: core('services'),
  pods: core('pods'),
  nodes: core('nodes'),
  exec: core('pods/exec'),
  portForward: core('pods/portforward'),
  podLog: core('pods/log'),
  configMaps: core('configmaps'),
  daemonSets: { group: 'apps', version: 'v1', plural: 'daemonsets' },
  selfSubjectReviews: { group: 'authentication.k8s.io', version: 'v1', plural: 'selfsubjectreviews' },
  selfSubjectAccessReviews: { group: 'authorization.k8s.io', version: 'v1', plural: 'selfsubjectaccessreviews' },
  felixConfigurations: { group: 'crd.projectcalico.org', version: 'v1', plural: 'felixconfigurations' },
  leases: { group: 'coordination.k8s.io', version: 'v1', plural: 'leases' },
  endpointSlices: { group: 'discovery.k8s.io', version: 'v1', plural: 'endpointslices' },
} as const satisfies Record<string, Resource>

export const serverVersion: Resource = { group: '', version: '', plural: 'version', path: '/version' }

/** The groups that the server has; everybody who is known may ask for them. */
export const apiGroups: Resource = { group: '', version: '', plural: 'apis', path: '/apis' }

export interface Place {
  readonly namespace?: string
  readonly name?: string
}

/** `/api/v1/namespaces/NAMESPACE/pods/NAME/exec`. */
export function pathOf({ group, path, plural, version }: Resource, { name, namespace }: Place = {}): string {
  if (path !== undefined) return path
  const [type = '', subresource] = plural.split('/')
  const words = [
    ...(group === '' ? ['api'] : ['apis', group]),
    version,
    ...(namespace === undefined ? [] : ['namespaces', namespace]),
    type,
    ...(name === undefined ? [] : [name]),
    ...(subresource === undefined ? [] : [subresource]),
  ]
  return `/${words.map(encodeURIComponent).join('/')}`
}
