/** What kpx status finds on healthy nodes, and on nodes that are broken in one way each. */
import { expect } from 'chai'
import { sceneOf } from '../../src/answer/scene.ts'
import { statusOf } from '../../src/answer/status/status.ts'
import type { Status } from '../../src/answer/status/status.ts'
import { readCapture } from '../../src/capture/read.ts'
import { brokenCapture, gone, replaced, without } from '../broken-capture.ts'
import type { Edits } from '../broken-capture.ts'
import { captures } from '../kpx.ts'

async function status(recording: string, edits: Edits = {}): Promise<Status> {
  const capture = await brokenCapture(recording, edits)
  return statusOf(sceneOf(capture), capture.nodes)
}

const codes = ({ findings }: Status): string[] => findings.map(({ code, node }) => `${code} ${node}`)
const found = ({ findings }: Status, code: string): Status['findings'][number] => {
  const one = findings.find((finding) => finding.code === code)
  expect(one, code).to.not.equal(undefined)
  return one as Status['findings'][number]
}

interface Spec {
  nodeName: string
  containers: { command: readonly string[] }[]
}

/** What the edits change of ConfigMaps, DaemonSets and pods. */
interface Item {
  metadata: { name: string; managedFields: readonly object[] }
  spec: Spec & { template: { spec: Spec } }
  status: { containerStatuses: object[] }
}

const everyItem = (): boolean => true

/** An edit of the objects of a list. */
const edited =
  (change: (item: Item) => void, isOwn: (item: Item) => boolean = everyItem) =>
  (text: string): string => {
    const list = JSON.parse(text) as { items: Item[] }
    const own = list.items.filter(isOwn)
    expect(own).to.not.deep.equal([])
    own.forEach(change)
    return JSON.stringify(list)
  }

const isKubeProxy = ({ metadata }: Item): boolean => metadata.name.startsWith('kube-proxy-')
const isKubeProxyOf =
  (node: string) =>
  (item: Item): boolean =>
    isKubeProxy(item) && item.spec.nodeName === node

const container = (change: object) => (item: Item) => Object.assign(item.status.containerStatuses[0] ?? {}, change)

describe('status', () => {
  for (const [recording, mode] of [
    ['k1.37-iptables', 'iptables'],
    ['k1.37-ipvs', 'ipvs'],
    ['k1.37-nftables', 'nftables'],
  ] as const) {
    it(`finds nothing wrong with ${recording}`, async () => {
      const { config, findings, mode: asked, nodes, server } = await status(recording)
      expect(findings).to.deep.equal([])
      expect(config).to.include({ object: 'ConfigMap kube-system/kube-proxy', key: 'config.conf' })
      expect(asked).to.include({ configured: mode, effective: mode })
      expect(server).to.equal('v1.37.1')
      for (const node of nodes.filter(({ pod }) => pod !== null)) {
        expect(node).to.deep.include({ running: mode, programmed: [mode], leftovers: [], ready: true, restarts: 0 })
        expect(node.version).to.match(/^v1\.3[37]\.\d+$/)
        expect(Date.parse(node.sync.lastSync ?? '')).to.be.greaterThan(Date.parse(node.startedAt ?? ''))
      }
    })
  }

  it('finds nothing but their age wrong with kube-proxies that are too old for the API server', async () => {
    for (const [recording, why] of [
      ['k1.23-iptables', 'v1.23.17: it is more than 2 minor versions older'],
      ['k1.33-iptables', 'v1.33.13: it is more than 3 minor versions older'],
      ['k1.33-nftables', 'v1.33.13: it is more than 3 minor versions older'],
    ] as const) {
      const old = await status(recording)
      expect(codes(old)).to.deep.equal(['KPX4001 node1', 'KPX4001 node2'])
      expect(found(old, 'KPX4001').message).to.include(why)
      expect(old.nodes.every(({ programmed, running }) => programmed?.[0] === running)).to.equal(true)
    }
  })

  it('finds what ipvs mode left, and says that nothing will take it away', async () => {
    const ipvs = await readCapture(`${captures}/k1.37-ipvs`)
    const left = await status('k1.37-iptables', {
      'nodes/node1/ipvsadm-save.txt': () => ipvs.file('node3', 'ipvsadm-save.txt'),
      'nodes/node1/ipset-save.txt': () => ipvs.file('node3', 'ipset-save.txt'),
    })
    expect(codes(left)).to.deep.equal(['KPX3007 node1'])
    const { evidence, fix, message } = found(left, 'KPX3007')
    expect(message).to.match(/of ipvs mode there are \d+ IPVS virtual servers, \d+ ipsets$/)
    expect(fix).to.include('kube-proxy 1.37 never removes it by itself')
    expect(evidence.map(({ file }) => file)).to.deep.equal(['ipvsadm-save.txt', 'ipset-save.txt'])
    expect(left.nodes[0]?.programmed).to.deep.equal(['iptables', 'ipvs'])
    expect(left.nodes[0]?.leftovers?.map(({ active }) => active)).to.deep.equal([true, false])
  })

  it('does not call idle leftovers a fault', async () => {
    const ipvs = await readCapture(`${captures}/k1.37-ipvs`)
    const left = await status('k1.37-iptables', {
      'nodes/node1/ipset-save.txt': () => ipvs.file('node3', 'ipset-save.txt'),
    })
    expect(left.findings).to.deep.equal([])
    expect(left.nodes[0]?.leftovers).to.have.length(1)
  })

  it('finds tables that nftables mode left, which a restart takes away', async () => {
    const nftables = await readCapture(`${captures}/k1.37-nftables`)
    const left = await status('k1.37-iptables', {
      'nodes/node2/nft-list-ruleset.txt': () => nftables.file('node2', 'nft-list-ruleset.txt'),
    })
    expect(codes(left)).to.deep.equal(['KPX3007 node2'])
    expect(found(left, 'KPX3007').message).to.include('nft table ip kube-proxy, nft table ip6 kube-proxy')
    expect(found(left, 'KPX3007').fix).to.include('kube-proxy 1.37 removes it when it starts')
  })

  it('calls chains idle that no packet comes to', async () => {
    const nftables = await readCapture(`${captures}/k1.37-nftables`)
    const idle = await status('k1.37-iptables', {
      'nodes/node1/proxyMode.txt': () => 'nftables',
      'nodes/node1/nft-list-ruleset.txt': () => nftables.file('node1', 'nft-list-ruleset.txt'),
      'nodes/node1/iptables-save.txt': (text) => without(text, /^-A (?:PREROUTING|OUTPUT) .*KUBE-SERVICES/),
      'nodes/node1/ip6tables-save.txt': (text) => without(text, /^-A (?:PREROUTING|OUTPUT) .*KUBE-SERVICES/),
    })
    expect(idle.nodes[0]?.programmed).to.deep.equal(['nftables'])
    const [left] = idle.nodes[0]?.leftovers ?? []
    expect(left).to.include({ mode: 'iptables', active: false })
    expect(left?.evidence[0]?.text).to.match(/^-A KUBE-(?:EXT|FW|SEP|SVC|SVL)-/)
  })

  it('finds a mode that is configured and does not run', async () => {
    const mode = (text: string): string => replaced(text, 'mode: \\"iptables\\"', 'mode: nftables')
    const other = await status('k1.37-iptables', { 'objects/configmaps.json': mode })
    expect(codes(other)).to.deep.equal(['KPX2102 node1', 'KPX2102 node2'])
    expect(other.mode).to.include({ configured: 'nftables', effective: 'nftables' })
  })

  describe('of a ConfigMap that was changed', () => {
    // the containers were started in the minute of 19:57 and the next one
    const changedAt = (time: string): Promise<Status> =>
      status('k1.37-iptables', {
        'objects/configmaps.json': edited(({ metadata }) => {
          metadata.managedFields = [
            { manager: 'kubeadm', time: '2026-11-20T00:00:00Z', fieldsV1: { 'f:data': {} } },
            { manager: 'kubectl-edit', time, fieldsV1: { 'f:data': { 'f:config.conf': {} } } },
            { manager: 'labeller', time: '2027-01-01T00:00:00Z', fieldsV1: { 'f:metadata': {} } },
          ]
        }),
      })

    it('later finds the pods that know nothing of it', async () => {
      const changed = await changedAt('2026-11-24T08:00:00Z')
      expect(codes(changed)).to.deep.equal(['KPX2101 node1', 'KPX2101 node2'])
      expect(found(changed, 'KPX2101').message).to.include('at 2026-11-24T08:00:00Z by kubectl-edit')
      expect(found(changed, 'KPX2101').fix).to.include('kubectl rollout restart -n kube-system daemonset/kube-proxy')
      expect(changed.config).to.include({ owner: 'kubeadm', changedBy: 'kubectl-edit' })
    })

    it('before finds nothing', async () => {
      const { findings, nodes } = await changedAt('2026-11-22T08:00:00Z')
      expect(findings).to.deep.equal([])
      expect(nodes.map(({ configCurrent }) => configCurrent)).to.deep.equal([true, true])
    })

    it('is known to all where nobody has changed it since it was made', async () => {
      const original = await status('k1.37-iptables', {
        'objects/configmaps.json': edited(({ metadata }) => {
          const fields = { manager: 'kubeadm', time: '2026-11-23T19:57:45Z', fieldsV1: { 'f:data': {} } }
          Object.assign(metadata, { creationTimestamp: '2026-11-23T19:57:45Z', managedFields: [fields] })
        }),
      })
      expect(original.nodes.map(({ configCurrent }) => configCurrent)).to.deep.equal([true, true])
    })

    it('is not known of a container that started again soon after in an older pod', async () => {
      const restarted = await status('k1.37-iptables', {
        'objects/configmaps.json': edited(({ metadata }) => {
          metadata.managedFields = [{ manager: 'x', time: '2026-11-23T20:00:00Z', fieldsV1: { 'f:data': {} } }]
        }),
        'objects/pods.json': edited(
          container({ state: { running: { startedAt: '2026-11-23T20:01:00Z' } } }),
          isKubeProxyOf('node1'),
        ),
      })
      expect(restarted.nodes.map(({ configCurrent }) => configCurrent)).to.deep.equal([null, false])
    })
  })

  it('finds a kube-proxy that fails again and again, with its last words', async () => {
    const failing = await status('k1.37-iptables', {
      'objects/pods.json': edited(
        container({
          ready: false,
          restartCount: 7,
          state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 5m0s restarting failed container' } },
          lastState: { terminated: { message: 'first\ncannot use ipvs\n' } },
        }),
        isKubeProxyOf('node2'),
      ),
    })
    expect(codes(failing)).to.deep.equal(['KPX3008 node2'])
    expect(found(failing, 'KPX3008').message).to.equal(
      'its container does not run: CrashLoopBackOff, started again 7 times: cannot use ipvs',
    )
    expect(failing.nodes[1]).to.include({ ready: false, startedAt: null, restarts: 7 })
  })

  it('tells the last error of the log where the container said nothing as it ended, and a container that is not ready', async () => {
    const edits = (state: object): Edits => ({
      'objects/pods.json': edited(container({ ready: false, lastState: {}, ...state }), isKubeProxyOf('node2')),
      'nodes/node2/kube-proxy.log': (text) =>
        `${text}E1123 20:00:00.000000       1 run.go:72] "command failed" err="x"\n`,
    })
    const waiting = await status('k1.37-iptables', edits({ restartCount: 1, state: { waiting: { reason: 'Error' } } }))
    expect(found(waiting, 'KPX3008').message).to.equal(
      'its container does not run: Error, started again once: "command failed" err="x"',
    )
    expect(found(waiting, 'KPX3008').fix).to.match(/kubectl logs -n kube-system kube-proxy-\S+ --previous$/)
    const unready = await status('k1.37-iptables', edits({}))
    expect(found(unready, 'KPX3008').message).to.equal('its container is not ready: "command failed" err="x"')
  })

  it('says nothing of rules that it has not seen', async () => {
    const unseen = await status('k1.37-iptables', {
      'nodes/node1/iptables-save.txt': gone,
      'nodes/node1/nft-list-ruleset.txt': gone,
      'nodes/node1/nft-list-ruleset.json': gone,
      'nodes/node1/ip6tables-save.txt': (text) => without(text, /^(?:-A|:KUBE-)/),
    })
    expect(unseen.findings).to.deep.equal([])
    expect(unseen.nodes[0]).to.include({ programmed: null, leftovers: null, running: 'iptables' })
  })

  it('finds the rules that nft alone has shown, as iptables-save cannot print all', async () => {
    const shown = await status('k1.37-iptables', {
      'nodes/node1/iptables-save.txt': gone,
      'nodes/node1/ip6tables-save.txt': gone,
    })
    expect(shown.findings).to.deep.equal([])
    expect(shown.nodes[0]?.programmed).to.deep.equal(['iptables'])
  })

  it('finds a node without kube-proxy', async () => {
    const isOf = isKubeProxyOf('node1')
    const text = (pods: string): string => {
      const list = JSON.parse(pods) as { items: Item[] }
      return JSON.stringify({ items: list.items.filter((item) => !isOf(item)) })
    }
    const without1 = await status('k1.37-iptables', { 'objects/pods.json': text })
    expect(codes(without1)).to.deep.equal(['KPX3008 node1'])
    expect(without1.nodes[0]).to.include({ pod: null, running: 'iptables' })
  })

  describe('of metrics', () => {
    const error = 'E1123 20:00:00.000000       1 proxier.go:1500] "Failed to execute iptables-restore"\n'

    /** IPv6's last sync and last queued change, so many seconds before the capture was taken. */
    async function synced(lastSync: number, lastQueued: number): Promise<Status> {
      const taken = Date.parse((await readCapture(`${captures}/k1.37-iptables`)).takenAt ?? '') / 1000
      const metric = (text: string, name: string, value: number): string =>
        replaced(
          text,
          new RegExp(`^(kubeproxy_sync_proxy_rules_${name}\\{ip_family="IPv6"\\}) .*$`, 'm'),
          `$1 ${value}`,
        )
      return status('k1.37-iptables', {
        'nodes/node1/metrics.txt': (text) =>
          metric(
            metric(text, 'last_timestamp_seconds', Math.max(0, taken - lastSync)),
            'last_queued_timestamp_seconds',
            taken - lastQueued,
          ),
        'nodes/node1/kube-proxy.log': (text) => text + error,
      })
    }

    it('finds a change that waits, with the errors of the log', async () => {
      const behind = await synced(300, 100)
      expect(codes(behind)).to.deep.equal(['KPX3009 node1'])
      expect(found(behind, 'KPX3009').message).to.match(/^a change of IPv6 has waited for 100 s$/)
      expect(found(behind, 'KPX3009').evidence.map(({ file }) => file)).to.include('metrics.txt')
      expect(found(behind, 'KPX3009').evidence.at(-1)?.text).to.equal(error.trim())
    })

    it('finds nothing where changes wait for a moment, or for nothing', async () => {
      expect(codes(await synced(300, 20))).to.deep.equal([])
      expect(codes(await synced(300, 400))).to.deep.equal([])
    })

    it('finds a family that was never programmed', async () => {
      const never = await synced(Infinity, 5)
      expect(found(never, 'KPX3009').message).to.equal('it never programmed IPv6')
      expect(never.nodes[0]?.sync.lastSync).to.equal(null)
    })
  })

  it('finds what /healthz says', async () => {
    const unhealthy = (text: string): string => text.replaceAll('"healthy":true', '"healthy":false')
    const sick = await status('k1.37-nftables', { 'nodes/node2/healthz.json': unhealthy })
    expect(codes(sick)).to.deep.equal(['KPX3009 node2'])
    expect(found(sick, 'KPX3009').message).to.equal('its /healthz says that it is not healthy (IPv4, IPv6)')
    expect(sick.nodes[1]?.sync.healthy).to.equal(false)
  })

  it('finds a node whose rules were flushed', async () => {
    const flush = (text: string): string => without(text, /^(?:-A|:KUBE-)/)
    const flushed = await status('k1.37-iptables', {
      'nodes/node1/iptables-save.txt': flush,
      'nodes/node1/ip6tables-save.txt': flush,
    })
    expect(codes(flushed)).to.deep.equal(['KPX3010 node1'])
    expect(flushed.nodes[0]?.programmed).to.deep.equal([])
  })

  it('takes the mode from the flags where there is no file', async () => {
    const command = ['kube-proxy', '--proxy-mode=iptables', '--metrics-bind-address=0.0.0.0:10249']
    const change = ({ containers }: Spec): void => void Object.assign(containers[0] ?? {}, { command })
    const flags = await status('k1.37-iptables', {
      'objects/daemonsets.json': edited(({ spec }) => change(spec.template.spec)),
      'objects/pods.json': edited(({ spec }) => change(spec), isKubeProxy),
    })
    expect(flags.config).to.include({ object: 'DaemonSet kube-system/kube-proxy', key: null })
    expect(flags.mode).to.include({ configured: 'iptables', effective: 'iptables' })
    expect(flags.findings).to.deep.equal([])
  })
})
