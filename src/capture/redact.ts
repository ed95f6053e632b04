/** Objects without what could be a secret: kpx's answers need none of it. */
type Json = Readonly<Record<string, unknown>>

const gone = 'redacted by kpx'

/** Annotations and arguments by such a name are not kept; nor are the copies of whole objects that kubectl apply and rollouts leave. */
const telling = /token|secret|passw|credential|private|api-?key|\bauth/i
const copies = new Set(['kpx/rollout-texts', 'kubectl.kubernetes.io/last-applied-configuration'])

/** What kpx's changes keep of an object: of a ConfigMap the configuration alone, of others all of them. */
const revisions = 'kpx/revisions'

/** Who wrote them, and when, is told by managedFields, which hold no values. */
const owned = new Set(['configmaps', 'daemonsets'])

/** `list` is the one that the object is of. The object itself where there is nothing to take away. */
export function redacted(object: unknown, list: string): unknown {
  if (!isJson(object)) return object
  const { binaryData: _binary, ...rest } = object
  const { data, metadata, spec } = rest
  return {
    ...rest,
    ...(isJson(metadata) && { metadata: redactedMetadata(metadata, list) }),
    ...(isJson(spec) && { spec: redactedSpec(spec) }),
    ...(isJson(data) && { data: redactedData(data) }),
  }
}

/** Of ConfigMaps what configures kube-proxy, and what says who serves the Services: beside it may be a kubeconfig. */
const redactedData = (data: Json): Json =>
  Object.fromEntries(
    Object.entries(data).map(([key, value]) => [
      key,
      telltale.has(key) || (typeof value === 'string' && isConfiguration.test(value)) ? value : gone,
    ]),
  )

const isConfiguration = /\bkind["']?\s*:\s*["']?KubeProxyConfiguration\b/

/** Keys of Cilium's, Antrea's and Gardener's ConfigMaps by which kpx recognises them. */
const telltale = new Set(['antrea-agent.conf', 'kube-proxy-replacement', 'projectName', 'shootName'])

const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

function redactedMetadata({ annotations, managedFields, ...others }: Json, list: string): Json {
  const rest = owned.has(list) && managedFields !== undefined ? { ...others, managedFields } : others
  if (!isJson(annotations)) return rest
  const isCopy = (name: string): boolean => copies.has(name) || (name === revisions && list !== 'configmaps')
  const kept = Object.entries(annotations).filter(([name]) => !isCopy(name))
  return {
    ...rest,
    annotations: Object.fromEntries(kept.map(([name, value]) => [name, telling.test(name) ? gone : value])),
  }
}

const containerLists = ['containers', 'initContainers', 'ephemeralContainers']

/** Commands and HTTP headers, which kpx has no use for. */
const hooks = ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe']

/** A pod's containers, or those of a template, without the values of their environment, arguments that name a secret, and probes. */
function redactedSpec(spec: Json): Json {
  const { template } = spec
  if (isJson(template)) return { ...spec, template: redacted(template, '') }
  const lists = containerLists.flatMap((name): [string, unknown][] => {
    const containers = spec[name]
    return Array.isArray(containers) ? [[name, containers.map(redactedContainer)]] : []
  })
  return { ...spec, ...Object.fromEntries(lists) }
}

function redactedContainer(container: unknown): unknown {
  if (!isJson(container)) return container
  const { args, command, env } = container
  const kept = Object.fromEntries(Object.entries(container).filter(([name]) => !hooks.includes(name)))
  return {
    ...kept,
    ...(Array.isArray(args) && { args: redactedWords(args) }),
    ...(Array.isArray(command) && { command: redactedWords(command) }),
    ...(Array.isArray(env) && { env: env.map(redactedVariable) }),
  }
}

function redactedVariable(variable: unknown): unknown {
  return isJson(variable) && 'value' in variable ? { ...variable, value: gone } : variable
}

/** `--token=x` and `--token x`. */
const redactedWords = (words: readonly unknown[]): unknown[] =>
  words.map((word, i) => {
    const [before, text] = [words[i - 1], word]
    if (typeof text !== 'string') return text
    const equals = text.indexOf('=')
    if (text.startsWith('-') && equals > 0 && telling.test(text.slice(0, equals)))
      return `${text.slice(0, equals + 1)}${gone}`
    const named = typeof before === 'string' && before.startsWith('-') && !before.includes('=') && telling.test(before)
    return named && !text.startsWith('-') ? gone : text
  })
