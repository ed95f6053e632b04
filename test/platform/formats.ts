/**
 * The formats in which platforms take settings of kube-proxy, as their documents have them: JSON Schemas written from the documented keys.
 * A change is read by what would read it: the file, or the command's words.
 */
import { Ajv } from 'ajv'
import { expect } from 'chai'
import { splitWords } from '../../src/command-words.ts'
import { assignmentOf } from '../../src/config/assignment.ts'
import { flagOf, parseFlag } from '../../src/config/flags.ts'
import { judge } from '../../src/config/judge.ts'
import { jsonOfYaml, yamlOfJson } from '../../src/config/yaml-object.ts'
import type { OwnersWay } from '../../src/platform/platform.ts'

type Json = Record<string, unknown>

const ajv = new Ajv({ allErrors: true, allowUnionTypes: true })

const object = (properties: Json): Json => ({
  type: 'object',
  additionalProperties: false,
  minProperties: 1,
  properties,
})
const text = { type: 'string', minLength: 1 }
const texts = { type: 'array', minItems: 1, items: text }
const flag = { type: 'string', pattern: '^[a-z0-9-]+=.+$' }
const integer = { type: 'integer' }
const boolean = { type: 'boolean' }
const modes = { enum: ['iptables', 'ipvs', 'nftables'] }
const duration = { type: 'string', pattern: String.raw`^(\d+(ms|s|m|h))+$` }
const positive = { type: 'integer', minimum: 1 }

function expectValid(schema: Json, value: unknown): void {
  const validate = ajv.compile(schema)
  const why = validate(value) ? '' : `${JSON.stringify(validate.errors)} of ${JSON.stringify(value)}`
  expect(why).to.equal('')
}

const fileOf = ({ files }: OwnersWay, path: RegExp): unknown => {
  const file = files.find((one) => path.test(one.path))
  expect(file?.path, JSON.stringify(files)).to.match(path)
  return jsonOfYaml(file?.text ?? '')
}

const words = (command: string | undefined): string[] => splitWords(command ?? '') ?? []

/** The words of the command that begins like that. */
function wordsOf({ commands }: OwnersWay, start: string): string[] {
  const command = commands.find((one) => one.startsWith(start))
  expect(command, commands.join('\n')).to.be.a('string')
  return words(command)
}

const behind = (words: readonly string[], flag: string): string => words[words.indexOf(flag) + 1] ?? ''

/** Every one is a flag of that kube-proxy, and has a value that it takes. */
function expectFlags(flags: readonly string[], minor: number): void {
  for (const one of flags) {
    const { path: name, value } = assignmentOf(one.replace(/^--/, ''))
    const known = flagOf(name, minor)
    expect(known?.name, one).to.equal(name)
    if (known) expect(parseFlag(known, value), one).to.have.property('value')
  }
}

const argsIn = (config: unknown): string[] => (config as { 'kube-proxy-arg': string[] })['kube-proxy-arg']

const merged =
  (schema: Json) =>
  (way: OwnersWay, start: string, patchFlag = '-p'): unknown => {
    const patch: unknown = JSON.parse(behind(wordsOf(way, start), patchFlag))
    expectValid(schema, patch)
    return patch
  }

/** docs.k3s.io and docs.rke2.io: a list in a file of config.yaml.d. */
function nodeArgs(way: OwnersWay, minor: number): void {
  const config = fileOf(way, /^\/etc\/rancher\/(k3s|rke2)\/config\.yaml\.d\/[\w-]+\.yaml$/)
  expectValid(object({ 'kube-proxy-arg': { type: 'array', items: flag } }), config)
  expectFlags(argsIn(config), minor)
  wordsOf(way, 'sudo systemctl restart')
}

/** One flag a line. */
function argsFile(way: OwnersWay, minor: number): void {
  const added = way.commands.filter((command) => command.startsWith('echo '))
  expectFlags(
    added.map((command) => words(command)[1] ?? ''),
    minor,
  )
  for (const command of added) expect(words(command)).to.include.members(['sudo', 'tee', '-a'])
  expect(way.commands.at(-1)).to.match(/^sudo snap restart [\w.-]+$/)
}

/** kpx's own command, which says itself what it cannot set. */
function kpx(way: OwnersWay): void {
  for (const word of wordsOf(way, 'kpx config set').slice(3)) expect(assignmentOf(word).path).to.match(/^[\w.]+$/)
}

const kubeProxyConfiguration = (value: unknown, minor: number): void => {
  const { problems } = judge(yamlOfJson(value as object), minor)
  expect(problems.filter(({ refused }) => refused)).to.deep.equal([])
}

const k0sSections = {
  iptables: object({
    localhostNodePorts: boolean,
    masqueradeAll: boolean,
    masqueradeBit: integer,
    minSyncPeriod: duration,
    syncPeriod: duration,
  }),
  ipvs: object({
    excludeCIDRs: texts,
    minSyncPeriod: duration,
    scheduler: text,
    strictARP: boolean,
    syncPeriod: duration,
    tcpFinTimeout: duration,
    tcpTimeout: duration,
    udpTimeout: duration,
  }),
  nftables: object({ masqueradeAll: boolean, masqueradeBit: integer, minSyncPeriod: duration, syncPeriod: duration }),
}

/** By platform: throws where the change is none of its format. `minor` is the release of kube-proxy. */
export const formats: Readonly<Record<string, (way: OwnersWay, minor: number) => void>> = {
  // learn.microsoft.com, Configure kube-proxy in AKS
  aks: (way) => {
    const own = wordsOf(way, 'az aks update')
    const path = behind(own, '--kube-proxy-config')
    const [file] = way.files
    expect(file?.path).to.equal(path)
    const ipvsConfig = object({
      scheduler: { enum: ['RoundRobin', 'LeastConnection'] },
      TCPTimeoutSeconds: positive,
      TCPFINTimeoutSeconds: positive,
      UDPTimeoutSeconds: positive,
    })
    const properties = { enabled: boolean, mode: { enum: ['IPTABLES', 'IPVS', 'NFTABLES'] }, ipvsConfig }
    const config = JSON.parse(file?.text ?? '') as Json
    expectValid(object(properties), config)
    expect(config['ipvsConfig'] === undefined || config['mode'] === 'IPVS').to.equal(true)
  },
  'canonical-kubernetes': argsFile,
  eks: kpx,
  // aws eks describe-addon-configuration --addon-name kube-proxy
  'eks-addon': (way) => {
    const own = wordsOf(way, 'aws eks update-addon')
    const values = JSON.parse(behind(own, '--configuration-values')) as Json
    expectValid(object({ ipvs: object({ scheduler: { type: 'string' } }), mode: modes }), values)
    expect(behind(own, '--addon-name')).to.equal('kube-proxy')
    expect(way.commands.at(-1)).to.match(/^kubectl -n kube-system rollout restart daemonset\/kube-proxy$/)
  },
  // gardener, pkg/apis/core/v1beta1 KubeProxyConfig
  gardener: (way) => {
    const gates = { type: 'object', additionalProperties: boolean }
    const kubeProxy = object({ mode: { enum: ['IPTables', 'IPVS', 'NFTables'] }, featureGates: gates })
    merged(object({ spec: object({ kubernetes: object({ kubeProxy }) }) }))(way, 'kubectl --kubeconfig')
  },
  // docs.k0sproject.io, spec.network.kubeProxy
  k0s: (way) => {
    const kubeProxy = object({
      ...k0sSections,
      healthzBindAddress: text,
      metricsBindAddress: text,
      mode: modes,
      nodePortAddresses: texts,
    })
    const schema = object({
      apiVersion: { const: 'k0s.k0sproject.io/v1beta1' },
      kind: { const: 'ClusterConfig' },
      metadata: object({ name: { const: 'k0s' } }),
      spec: object({ network: object({ kubeProxy }) }),
    })
    expectValid(schema, fileOf(way, /^\/etc\/k0s\/k0s\.yaml$/))
  },
  k3s: nodeArgs,
  // kind.sigs.k8s.io, configuration
  kind: (way, minor) => {
    kpx(way)
    const cluster = fileOf(way, /^kind\.yaml$/) as { kubeadmConfigPatches?: string[] }
    const schema = object({
      apiVersion: { const: 'kind.x-k8s.io/v1alpha4' },
      kind: { const: 'Cluster' },
      kubeadmConfigPatches: texts,
      networking: object({ kubeProxyMode: modes }),
    })
    expectValid(schema, cluster)
    for (const patch of cluster.kubeadmConfigPatches ?? []) kubeProxyConfiguration(jsonOfYaml(patch), minor)
  },
  // kops, pkg/apis/kops/v1alpha2 KubeProxyConfig
  kops: (way) => {
    const own = wordsOf(way, 'kops edit cluster').filter((word) => word.startsWith('--set='))
    const settings = own.map((word) => assignmentOf(word.slice('--set='.length)))
    const kubeProxy = object({
      bindAddress: text,
      clusterCIDR: text,
      conntrackMaxPerCore: { type: 'string', pattern: String.raw`^\d+$` },
      conntrackMin: { type: 'string', pattern: String.raw`^\d+$` },
      ipvsExcludeCidrs: text,
      ipvsMinSyncPeriod: duration,
      ipvsScheduler: text,
      ipvsSyncPeriod: duration,
      logLevel: { type: 'string', pattern: String.raw`^\d+$` },
      metricsBindAddress: text,
      proxyMode: modes,
    })
    const values = settings.map(({ path, value }) => [path.replace(/^spec\.kubeProxy\./, ''), value])
    expectValid(kubeProxy, Object.fromEntries(values))
    expect(way.commands[1]).to.match(/^kops update cluster .* --yes$/)
  },
  kubeadm: kpx,
  // kubespray, roles/kubernetes/control-plane/defaults/main/kube-proxy.yml
  kubespray: (way) => {
    const address = { type: 'string', pattern: String.raw`^[\d.:]+$` }
    const variables = object({
      kube_proxy_bind_address: address,
      kube_proxy_client_burst: integer,
      kube_proxy_client_qps: integer,
      kube_proxy_config_sync_period: duration,
      kube_proxy_conntrack_max_per_core: integer,
      kube_proxy_conntrack_min: integer,
      kube_proxy_conntrack_tcp_close_wait_timeout: duration,
      kube_proxy_conntrack_tcp_established_timeout: duration,
      kube_proxy_enable_profiling: boolean,
      kube_proxy_exclude_cidrs: texts,
      kube_proxy_healthz_bind_address: address,
      kube_proxy_masquerade_all: boolean,
      kube_proxy_masquerade_bit: integer,
      kube_proxy_metrics_bind_address: address,
      kube_proxy_mode: modes,
      kube_proxy_nodeport_addresses: texts,
      kube_proxy_oom_score_adj: integer,
      kube_proxy_scheduler: text,
      kube_proxy_strict_arp: boolean,
      kube_proxy_tcp_fin_timeout: duration,
      kube_proxy_tcp_timeout: duration,
      kube_proxy_udp_timeout: duration,
    })
    expectValid(variables, fileOf(way, /group_vars\/k8s_cluster\/[\w-]+\.yml$/))
    wordsOf(way, 'ansible-playbook -i')
  },
  microk8s: argsFile,
  // minikube.sigs.k8s.io, --extra-config: COMPONENT.KEY=VALUE, which becomes a line `KEY: VALUE` of the configuration
  minikube: (way, minor) => {
    kpx(way)
    const start = way.commands.find((command) => command.startsWith('minikube start'))
    const extra = words(start).filter((word) => word.startsWith('--extra-config='))
    const lines = extra.map((word) => assignmentOf(word.slice('--extra-config='.length)))
    for (const { path } of lines) expect(path).to.match(/^kube-proxy\.\w+$/)
    const config = lines.map(({ path, value }) => `${path.slice('kube-proxy.'.length)}: ${value}\n`).join('')
    const whole = `apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\n${config}`
    kubeProxyConfiguration(jsonOfYaml(whole), minor)
  },
  // openshift/api, operator/v1 ProxyConfig
  openshift: (way, minor) => {
    const proxyArguments = { type: 'object', minProperties: 1, additionalProperties: texts }
    const kubeProxyConfig = object({ bindAddress: text, iptablesSyncPeriod: duration, proxyArguments })
    const patch = merged(object({ spec: object({ kubeProxyConfig }) }))(way, 'oc patch')
    const { spec } = patch as { spec: { kubeProxyConfig: { proxyArguments?: Record<string, string[]> } } }
    const flags = Object.entries(spec.kubeProxyConfig.proxyArguments ?? {})
    expectFlags(
      flags.flatMap(([name, values]) => values.map((value) => `${name}=${value}`)),
      minor,
    )
  },
  // Rancher's documentation, RKE2 cluster configuration reference
  rancher: (way, minor) => {
    const args = { type: 'array', items: flag }
    const schema = object({
      spec: object({ rkeConfig: object({ machineGlobalConfig: object({ 'kube-proxy-arg': args }) }) }),
    })
    const patch = merged(schema)(way, 'kubectl --kubeconfig') as {
      spec: { rkeConfig: { machineGlobalConfig: unknown } }
    }
    expectFlags(argsIn(patch.spec.rkeConfig.machineGlobalConfig), minor)
  },
  // rke.docs.rancher.com, services
  rke: (way, minor) => {
    const extra = { type: 'object', additionalProperties: { type: 'string' } }
    const config = fileOf(way, /^cluster\.yml$/)
    expectValid(object({ services: object({ kubeproxy: object({ extra_args: extra }) }) }), config)
    const { services } = config as { services: { kubeproxy: { extra_args: Record<string, string> } } }
    expectFlags(
      Object.entries(services.kubeproxy.extra_args).map(([name, value]) => `${name}=${value}`),
      minor,
    )
  },
  rke2: nodeArgs,
  // docs.siderolabs.com, v1alpha1 ProxyConfig and KubeProxyConfig
  talos: (way, minor) => {
    const patch = fileOf(way, /\.yaml$/) as Json
    const extraArgs = { type: 'object', additionalProperties: { type: 'string' } }
    const legacy = object({ cluster: object({ proxy: object({ mode: modes, extraArgs }) }) })
    const document = object({
      apiVersion: { const: 'v1alpha1' },
      kind: { const: 'KubeProxyConfig' },
      mode: modes,
      config: { type: 'object' },
    })
    expectValid(patch['kind'] === undefined ? legacy : document, patch)
    const { cluster } = patch as { cluster?: { proxy: { extraArgs?: Record<string, string> } } }
    expectFlags(
      Object.entries(cluster?.proxy.extraArgs ?? {}).map(([name, value]) => `${name}=${value}`),
      minor,
    )
    if (patch['config'] !== undefined) {
      const own = { apiVersion: 'kubeproxy.config.k8s.io/v1alpha1', kind: 'KubeProxyConfiguration' }
      kubeProxyConfiguration({ ...own, ...(patch['config'] as Json) }, minor)
    }
    expect(behind(wordsOf(way, 'talosctl --nodes CONTROL_PLANE_NODES patch'), '--patch')).to.equal(
      `@${way.files[0]?.path}`,
    )
  },
  typhoon: (way, minor) => {
    expect(way.commands).to.deep.equal(['kpx edit daemonset'])
    const flags = way.notes.flatMap((note) => /^in the container's command: (--.*)$/.exec(note)?.[1] ?? [])
    expectFlags(flags, minor)
    expect(flags).to.have.length.greaterThan(0)
  },
}
