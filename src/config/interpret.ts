/** apiVersion and kind, which are read before anything else, and in another way: upper and lower case do not count there. */
import type { Entry, MappingNode, Node } from './node.ts'
import { textOf } from './node.ts'
import type { Problem } from './problem.ts'

const group = 'kubeproxy.config.k8s.io'
const kind = 'KubeProxyConfiguration'
const version = `${group}/v1alpha1`

/** What keeps the document from being a KubeProxyConfiguration; undefined where it is one. */
export function wrongKind(root: Node | undefined, isJson: boolean): Problem | undefined {
  if (root === undefined || (root.kind === 'scalar' && root.scalar.type === 'null')) {
    const message = 'the file is empty'
    return {
      code: 'KPX2001',
      message,
      start: 0,
      end: 0,
      refused: { stage: 'read', says: "Object 'Kind' is missing in" },
    }
  }
  if (root.kind !== 'mapping') {
    const what = root.kind === 'sequence' ? 'a list' : 'a single value'
    return refused(
      `the file holds ${what}, where keys and values must be`,
      root,
      "couldn't get version/kind; json parse error",
    )
  }
  return wrongHead(headOf(root, 'apiVersion', isJson), headOf(root, 'kind', isJson), root)
}

/** The last of the keys that are this name in any case, in the order in which the decoder meets them. */
function headOf(root: MappingNode, name: string, isJson: boolean): Entry | undefined {
  const lower = name.toLowerCase()
  const found = root.entries.filter((entry) => entry.name.toLowerCase() === lower)
  const inOrder = isJson ? found : found.sort((a, b) => (a.name < b.name ? -1 : 1))
  return inOrder.findLast(({ value }) => value.kind !== 'scalar' || value.scalar.type !== 'null')
}

function wrongHead(apiVersion: Entry | undefined, itsKind: Entry | undefined, root: MappingNode): Problem | undefined {
  for (const entry of [apiVersion, itsKind]) {
    if (entry && textOf(entry.value) === undefined) {
      return refused(`${entry.name} must be a text`, entry.value, "couldn't get version/kind; json parse error")
    }
  }
  const [versionText, kindText] = [apiVersion, itsKind].map((entry) => textOf(entry?.value) ?? '')
  const slashes = (versionText ?? '').split('/').length - 1
  if (slashes > 1) {
    return refused(
      `"${versionText}" is no apiVersion`,
      apiVersion?.value ?? root,
      `unexpected GroupVersion string: ${versionText}`,
    )
  }
  if (kindText === '') return refused('there is no kind', itsKind?.value ?? start(root), "Object 'Kind' is missing in")
  if (['', '/', `${group}/`].includes(versionText ?? '') || versionText?.endsWith('/')) {
    return refused('there is no apiVersion', apiVersion?.value ?? start(root), "Object 'apiVersion' is missing in")
  }
  if (versionText === version && kindText === kind) return undefined
  const place = (versionText === version ? itsKind : apiVersion)?.value ?? root
  const says = `no kind "${kindText}" is registered for version "${versionText}"`
  return refused(`it is a ${kindText} of ${versionText}, not a ${kind} of ${version}`, place, says)
}

/** The first line of it, roughly: the place where something is missing. */
const start = (root: MappingNode): Entry['key'] => root.entries[0]?.key ?? root

const refused = (message: string, { end, start }: Entry['key'], says: string): Problem => ({
  code: 'KPX2002',
  message,
  start,
  end,
  refused: { stage: 'read', says },
})
