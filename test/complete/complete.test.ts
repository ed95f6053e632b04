/** What may stand at the end of a command line. */
import { Config } from '@oclif/core'
import { expect } from 'chai'
import { complete } from '../../src/complete/complete.ts'
import { printed } from '../../src/complete/completion.ts'
import type { Completion } from '../../src/complete/completion.ts'
import type { Names, Wanted } from '../../src/complete/names.ts'
import { ofArguments, ofFlags } from '../../src/complete/values.ts'
import { fieldAt, fields } from '../../src/config/fields/index.ts'
import { Settings } from '../../src/config/settings.ts'
import { newestMinor } from '../../src/config/version.ts'
import { loadOptions } from '../../src/main.ts'
import { root } from '../kpx.ts'

const here: Readonly<Record<Wanted['kind'], readonly string[]>> = {
  contexts: ['production', 'test'],
  daemonsets: ['kube-system/kube-proxy', 'kube-system/kube-proxy-arm64'],
  nodes: ['node1', 'node2'],
  pods: ['shop/web-1', 'default/web-2'],
  revisions: ['2', '1', 'daemonset/1'],
  services: ['default/web', 'kube-system/dns', 'shop/web'],
}

describe('completion', () => {
  let config: Config
  let wanted: Wanted[] = []

  const names: Names = (one) => {
    wanted.push(one)
    const start = one.namespace === undefined ? '' : `${one.namespace}/`
    return Promise.resolve(here[one.kind].filter((name) => name.startsWith(start)))
  }

  /** Of the line as it stands, with the cursor at its end. */
  const at = async (line: string): Promise<Completion> => complete(line.split(' '), config, names)
  const textsAt = async (line: string): Promise<readonly string[]> =>
    (await at(line)).candidates.map(({ text }) => text)

  before(async () => {
    config = await Config.load(await loadOptions(root, true))
  })

  beforeEach(() => {
    wanted = []
  })

  const lines: readonly (readonly [line: string, expected: string])[] = [
    ['s', 'services status'],
    ['explain ', 'address code field mode pod service'],
    ['explain s', 'service'],
    ['explain mode ', 'iptables ipvs nftables userspace'],
    ['mode set n', 'nftables'],
    ['mode check iptables nft', ''],
    ['nothing ', ''],
    ['__', ''],
    ['completion ', 'bash fish zsh'],
    ['--v', '--version'],
    ['explain code kpx', ''],
    ['explain code KPX3006', 'KPX3006'],
    ['explain field ipvs.s', 'ipvs.scheduler ipvs.strictARP ipvs.syncPeriod'],
    [
      'explain field logging.options.t',
      'logging.options.text logging.options.text.infoBufferSize logging.options.text.splitStream',
    ],
    ['config get conntrack.udpT', 'conntrack.udpTimeout'],
    ['config get mode conntrack.udpT', 'conntrack.udpTimeout'],
    ['config set ipvs.st', 'ipvs.strictARP='],
    ['config set ipvs.strictARP=', 'ipvs.strictARP=true ipvs.strictARP=false'],
    ['config set mode=iptables logging.format=t', 'logging.format=text'],
    ['config set bindAddress=', ''],
    ['config set nosuch=', ''],
    ['config unset ipvs.strictA', 'ipvs.strictARP'],
    ['config restore ', '2 1 daemonset/1'],
    ['explain service ', 'web default/web kube-system/dns shop/web'],
    ['explain service s', 'shop/web'],
    ['explain service -n shop ', 'web'],
    ['explain service -nshop ', 'web'],
    ['explain service --namespace=shop ', 'web'],
    ['explain service -n shop kube-system/', 'kube-system/dns'],
    ['explain service service/s', 'service/shop/web'],
    ['explain service -n', ''],
    ['explain pod ', 'web-2 shop/web-1 default/web-2'],
    ['verify shop/web kube', 'kube-system/dns'],
    ['explain mode iptables --service sh', 'shop/web'],
    ['services -n ', 'default kube-system shop'],
    ['services --node ', 'node1 node2'],
    ['services --node node1 --node=node', '--node=node1 --node=node2'],
    ['status --context ', 'production test'],
    ['config show --daemonset kube-system/kube-proxy-', 'kube-system/kube-proxy-arm64'],
    ['preflight --report ju', 'junit='],
    ['trace ', 'pod/ node/ outside/'],
    ['trace outside/', 'outside/node1 outside/node2'],
    ['trace pod/s', 'pod/shop/web-1'],
    ['trace node/node1 ', 'service/ node/'],
    ['trace node/node1 service/k', 'service/kube-system/dns'],
    ['trace node/node1 node/', 'node/node1: node/node2:'],
    ['trace node/node1 10.', ''],
    ['trace x/', ''],
    ['verify -o j', 'json junit'],
    ['verify --output=y', '--output=yaml'],
    ['verify -- --o', ''],
    ['config validate --kubernetes 1.2', '1.29 1.28 1.27 1.26 1.25 1.24 1.23 1.22 1.21 1.20'],
    ['preflight --mode i', 'iptables ipvs'],
    ['rollout restart --no-b', '--no-bridge'],
    ['rollout undo x --fo', '--force'],
    ['', 'capture cleanup'],
  ]

  for (const [line, expected] of lines) {
    it(`of "${line}" is ${expected === '' ? 'nothing' : expected}`, async () => {
      const texts = await textsAt(line)
      expect((line === '' ? texts.slice(0, 2) : texts).join(' ')).to.equal(expected)
    })
  }

  it('offers each flag once, but those that may be repeated, and none that another one excludes', async () => {
    const before = await textsAt('services --')
    expect(before).to.include.members(['--node', '--namespace', '--all-namespaces', '--from', '--local', '--help'])
    const after = await textsAt('services -n shop --node node1 --from x --')
    expect(before.filter((flag) => !after.includes(flag))).to.deep.equal([
      '--from',
      '--local',
      '--namespace',
      '--all-namespaces',
      '--watch',
    ])
    expect(await textsAt('verify --from x --w')).to.deep.equal([])
  })

  it('offers flags where no argument can follow', async () => {
    expect(await textsAt('status ')).to.include('--from')
  })

  it('leaves files to the shell', async () => {
    for (const line of [
      'status --from ',
      'status --from=x',
      'verify --report junit=',
      'decode a ',
      'config validate ',
      'capture ',
      'config diff ',
    ])
      expect((await at(line)).files, line).to.equal(true)
    for (const line of ['status ', 'status --as ', 'explain service '])
      expect((await at(line)).files, line).to.equal(false)
  })

  it('asks for names where they are wanted alone, with the flags that say of whom', async () => {
    for (const line of ['', 'explain ', 'config set ', 'status --', 'explain code ', 'mode set ']) await at(line)
    expect(wanted).to.deep.equal([])
    await at('explain pod --context test --kubeconfig=x -n shop ')
    const [{ flags, kind, namespace } = {}] = wanted
    expect({ kind, namespace }).to.deep.equal({ kind: 'pods', namespace: 'shop' })
    expect([...(flags ?? [])]).to.deep.equal([
      ['context', 'test'],
      ['kubeconfig', 'x'],
      ['namespace', 'shop'],
    ])
  })

  it('is printed as shells and kubectl read it', async () => {
    expect(printed(await at('explain m'))).to.match(/^mode\ttells how .*\n:4\n$/)
    expect(printed(await at('trace '))).to.equal('pod/\nnode/\noutside/\n:6\n')
    expect(printed(await at('status --from '))).to.equal(':0\n')
    expect(printed(await at('nothing '))).to.equal(':4\n')
  })

  it('knows what stands for every flag and argument of every command, or that anything may', () => {
    const flags = config.commands.flatMap((command) => Object.values(command.flags))
    const open = flags.filter((flag) => flag.type === 'option' && !flag.options).map(({ name }) => name)
    const free = ['as', 'batch', 'debug-image', 'image', 'limit', 'name', 'node-timeout']
    const others = ['request-timeout', 'schedule', 'selector', 'settle', 'timeout', 'via']
    expect([...new Set(open)].sort()).to.deep.equal([...free, ...others, ...Object.keys(ofFlags)].sort())
    const args = config.commands.flatMap(({ args, id }) =>
      Object.values(args).flatMap(({ name, options }) => (options ? [] : [`${id} ${name}`])),
    )
    expect(args.sort()).to.deep.equal(['explain:address address', 'job command', ...Object.keys(ofArguments)].sort())
  })

  it('has words for fields that kube-proxy takes', () => {
    const settings = new Settings(newestMinor)
    for (const { path, rules = [], type, words = [] } of fields) {
      const values = words.map((word) => (type === 'strings' ? [word] : word))
      const own = rules.filter(({ until }) => until === undefined)
      const refused = values.filter((value) => own.some((rule) => rule.refusals(value, settings).length > 0))
      expect(refused, path).to.deep.equal([])
    }
    expect(fieldAt('mode')?.words).to.have.length(3)
  })
})
