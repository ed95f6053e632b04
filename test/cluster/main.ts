/** `npm run cluster -- up|down|status`: a cluster that stays until it is ended. */
import { parseArgs } from 'node:util'
import { unable } from './able.ts'
import { clusterOf } from './cluster.ts'
import { downCluster } from './down.ts'
import { modes } from './kube-proxy.ts'
import { clusterNames, isInUse, readState } from './state.ts'
import { defaults, upCluster } from './up.ts'

const usage = `npm run cluster -- up [--name NAME] [--nodes N] [--mode ${modes.join('|')}] [--kube-proxy VERSION] [--ipvs]
npm run cluster -- down [--name NAME]
npm run cluster -- status
`

const options = {
  name: { type: 'string', default: defaults.name },
  nodes: { type: 'string', default: String(defaults.nodes) },
  mode: { type: 'string', default: defaults.kubeProxy.mode },
  ipvs: { type: 'boolean', default: false },
  'kube-proxy': { type: 'string', default: defaults.kubeProxy.version },
} as const

type Values = Readonly<Record<Exclude<keyof typeof options, 'ipvs'>, string> & { ipvs: boolean }>

const actions: Readonly<Record<string, (values: Values) => Promise<void>>> = { up, down, status }

async function up({ name, nodes, ipvs, mode: wanted, 'kube-proxy': version }: Values): Promise<void> {
  const mode = modes.find((mode) => mode === wanted)
  if (!mode || !/^[1-9]$/.test(nodes)) throw new Error(usage)
  const cluster = await upCluster({ name, nodes: Number(nodes), ipvs, kubeProxy: { version, mode }, lasting: true })
  process.stdout.write(`export KUBECONFIG=${cluster.kubeconfig}\n`)
}

async function down({ name }: Values): Promise<void> {
  await downCluster(name)
}

async function status(): Promise<void> {
  for (const name of clusterNames()) process.stdout.write(await statusOf(name))
}

async function statusOf(name: string): Promise<string> {
  const state = readState(name)
  if (!state || !isInUse(state)) return `${name}: ended without its end; \`down --name ${name}\` removes what is left\n`
  if (!state.ready) return `${name}: is being started by process ${state.starter.pid}\n`
  const { kubectl, kubeconfig } = clusterOf(name, state)
  const running = await kubectl(['get', 'nodes,pods', '--all-namespaces', '-o', 'wide'])
  return `${name}: KUBECONFIG=${kubeconfig}, kubectl is ${state.kubectl}\n${running}`
}

try {
  const { positionals, values } = parseArgs({ allowPositionals: true, options })
  const action = actions[positionals.join(' ')]
  const reason = unable()
  if (!action || reason !== undefined) throw new Error(reason ?? usage)
  await action(values)
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
