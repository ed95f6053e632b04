import { expect } from 'chai'
import { findConfigs } from '../../src/config/manifest.ts'
import { placesOf } from '../../src/config/place.ts'

const config = 'apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\nmode: "ip\u00e9"\n'
const indented = config.replaceAll(/^(?=.)/gm, '    ')
const configMap = `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: kube-proxy, namespace: kube-system}\ndata:\n  other: x\n  config.conf: |\n${indented}`

/** Line and column of the mode's value, as the file has it. */
function placeOfMode(file: string): string {
  const [found] = findConfigs(file).configs
  if (!found) return 'none'
  const { column, line } = placesOf(file)(found.outer(found.text.indexOf('"ip')))
  return `${line}:${column}`
}

const placeIn = (file: string, needle: string): string => {
  const { column, line } = placesOf(file)(file.indexOf(needle))
  return `${line}:${column}`
}

describe('findConfigs', () => {
  it('takes the file itself, with all that follows it', () => {
    const text = `${config}---\nmore: 1\n`
    expect(findConfigs(text).configs.map((one) => one.text)).to.deep.equal([text])
  })

  it('takes what it cannot read for a configuration', () => {
    expect(findConfigs('a: [').configs).to.have.length(1)
  })

  const files: Record<string, readonly [file: string, needle: string]> = {
    'a ConfigMap': [configMap, '"ip'],
    'a ConfigMap with CRLF': [configMap.replaceAll('\n', '\r\n'), '"ip'],
    'a List': [`apiVersion: v1\nkind: List\nitems:\n- ${configMap.replaceAll('\n', '\n  ')}`, '"ip'],
    'a ConfigMap in JSON': [JSON.stringify({ kind: 'ConfigMap', data: { 'config.conf': config } }, null, 1), '\\"ip'],
    'a list of ConfigMaps in JSON': [
      JSON.stringify({ kind: 'ConfigMapList', items: [{ data: { a: config } }] }),
      '\\"ip',
    ],
    'a ConfigMap with single quotes': [
      `kind: ConfigMap\ndata: {a: '{"kind":"KubeProxyConfiguration","x":"''","mode":"ip"}'}\n`,
      '"ip',
    ],
    'a kubeadm configuration': [
      `apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\n---\n# second\n${config}`,
      '"ip',
    ],
  }
  for (const [name, [file, needle]] of Object.entries(files)) {
    it(`finds the place in ${name}`, () => expect(placeOfMode(file)).to.equal(placeIn(file, needle)))
  }

  const problems: Record<string, readonly [file: string, message: RegExp]> = {
    'a ConfigMap without the key': [
      'kind: ConfigMap\nmetadata: {name: a}\ndata: {x: y}\n',
      /no key of its data.*it has x/,
    ],
    'a ConfigMap without data': ['kind: ConfigMap\n', /it has none/],
    'two keys': [
      `kind: ConfigMap\ndata:\n  a: "kind: KubeProxyConfiguration"\n  b: "kind: KubeProxyConfiguration"\n`,
      /several keys.*a, b/,
    ],
    'a key that is no text': ['kind: ConfigMap\ndata: {config.conf: {mode: ipvs}}\n', /key config\.conf is no text/],
    'another object': [
      'kind: Deployment\nspec: {template: {spec: {containers: [{command: [nginx]}]}}}\n',
      /no object in the file/,
    ],
    'a document that cannot be read': [`${configMap}---\na: [\n`, /indentation/],
  }
  for (const [name, [file, message]] of Object.entries(problems)) {
    it(`says what is wrong with ${name}`, () => {
      expect(
        findConfigs(file)
          .problems.map(({ problem }) => problem.message)
          .join(),
      ).to.match(message)
    })
  }

  it('prefers the key that holds a configuration', () => {
    const file = `kind: ConfigMap\ndata:\n  config: x\n  mine: "kind: KubeProxyConfiguration"\n`
    expect(findConfigs(file).configs.map(({ object }) => object)).to.deep.equal([
      'ConfigMap (without a name), key mine',
    ])
  })

  it('finds command and args of a DaemonSet, with their places', () => {
    const file =
      'kind: DaemonSet\nmetadata: {name: p}\nspec:\n  template:\n    spec:\n      containers:\n      - image: k/kube-proxy:v1.34.3\n        command: [kube-proxy]\n        args: [--v=2, "--proxy-mode=ipvs"]\n'
    const [command] = findConfigs(file).commands
    expect(command?.words.map(({ text }) => text)).to.deep.equal(['kube-proxy', '--v=2', '--proxy-mode=ipvs'])
    expect(file.slice(command?.words[2]?.start, command?.words[2]?.end)).to.equal('"--proxy-mode=ipvs"')
    expect(command).to.include({ object: 'DaemonSet p', image: 'k/kube-proxy:v1.34.3' })
  })
})
