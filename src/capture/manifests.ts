/** Manifests of objects as a capture that has these objects and no node: what can be said before a cluster is asked. */
import { loadAll } from 'js-yaml'
import type { Capture } from './capture.ts'

/** What cannot be read is left out: whoever judges the text says so. */
export function manifestCapture(texts: readonly string[]): Capture {
  const lists = new Map<string, object[]>(Object.values(names).map((name) => [name, []]))
  for (const item of texts.flatMap(documentsIn).flatMap(itemsOf)) lists.get(names[kindOf(item)] ?? '')?.push(item)
  return {
    name: 'manifests',
    path: 'the manifests',
    flags: '',
    nodes: [],
    file: () => undefined,
    files: () => [],
    blind: () => [],
    reached: () => undefined,
    list: (name) => lists.get(name),
  }
}

const names: Readonly<Record<string, string>> = { ConfigMap: 'configmaps', DaemonSet: 'daemonsets', Pod: 'pods' }

function documentsIn(text: string): unknown[] {
  try {
    return loadAll(text)
  } catch {
    return []
  }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const kindOf = ({ kind }: Readonly<Record<string, unknown>>): string => (typeof kind === 'string' ? kind : '')

function itemsOf(document: unknown): Readonly<Record<string, unknown>>[] {
  if (!isObject(document)) return []
  const { items } = document
  const kind = kindOf(document)
  if (!kind.endsWith('List') || !Array.isArray(items)) return [document]
  // the items of a list of one kind do not tell theirs
  return items
    .filter(isObject)
    .map((item) => (kind === 'List' ? item : { kind: kind.slice(0, -'List'.length), ...item }))
}
