/** A value as it is typed behind `PATH=`, as what the type of its field makes of it. */
import { KpxError } from '../../error.ts'
import type { Field } from '../field.ts'
import { UnreadableText } from '../node.ts'
import type { Node } from '../node.ts'
import { resolvePlain } from '../scalar.ts'
import { parseYaml } from '../yaml.ts'
import { text } from './content.ts'
import type { Content } from './content.ts'

/** Whether the value is allowed is not asked. Throws KPX1001 for what cannot be written. */
export function typedValue({ path, type }: Field, value: string): Content {
  if (/\p{Surrogate}/u.test(value)) throw unwritable(path, 'it is no text')
  if (type === 'strings') return list(path, value, (part) => text(part))
  if (type === 'vmodule') return list(path, value, (part) => vmoduleItem(path, part))
  if (type === 'gates') return gates(path, value)
  if (type === 'string' || type === 'duration') return text(value)
  if (type === 'nanoseconds' && !/^-?\d+$/.test(value)) return text(value)
  return asItIs(path, value)
}

/** true and false, numbers, and whatever else stands there without quotes. */
export function asItIs(path: string, value: string): Content {
  if (value.trim() === '') {
    throw new KpxError('KPX1001', `${path} cannot be empty`, { fix: `to remove it: kpx config unset ${path}` })
  }
  const plain = value.trim()
  const scalar = resolvePlain(plain)
  if (scalar === undefined) throw unwritable(path, `${value} is neither a number nor a text`)
  return { kind: 'scalar', scalar, plain }
}

function list(path: string, value: string, item: (part: string) => Content): Content {
  if (value.trim() === '') return { kind: 'sequence', items: [] }
  if (!value.trim().startsWith('[')) {
    return { kind: 'sequence', items: value.split(',').map((part) => item(part.trim())) }
  }
  const node = flowNode(path, value)
  if (node.kind !== 'sequence') throw unwritable(path, `${value} is no list`)
  return {
    kind: 'sequence',
    items: node.items.map((one) => (one.kind === 'scalar' ? item(written(value, one)) : nodeContent(value, one))),
  }
}

/** `pattern=4`. */
function vmoduleItem(path: string, part: string): Content {
  const equals = part.lastIndexOf('=')
  if (equals < 0) {
    throw new KpxError('KPX1001', `"${part}" is no item of ${path}`, { fix: `write ${path}=PATTERN=VERBOSITY` })
  }
  return {
    kind: 'mapping',
    entries: [
      ['filePattern', text(part.slice(0, equals))],
      ['verbosity', asItIs(path, part.slice(equals + 1))],
    ],
  }
}

function gates(path: string, value: string): Content {
  const trimmed = value.trim()
  if (trimmed === '') return { kind: 'mapping', entries: [] }
  if (trimmed.startsWith('{')) {
    const node = flowNode(path, value)
    if (node.kind === 'mapping') return nodeContent(value, node)
    throw unwritable(path, `${value} is no set of gates`)
  }
  const pairs = trimmed.split(',').map((part): readonly [string, Content] => {
    const [name = '', on, ...rest] = part.split('=').map((one) => one.trim())
    if (name === '' || on === undefined || rest.length > 0) {
      throw new KpxError('KPX1001', `"${part}" is no feature gate with its value`, { fix: `write ${path}=NAME=true` })
    }
    return [name, asItIs(`${path}.${name}`, on)]
  })
  return { kind: 'mapping', entries: [...new Map(pairs)] }
}

function flowNode(path: string, value: string): Node {
  try {
    const node = parseYaml(value)
    if (node) return node
  } catch (error) {
    if (!(error instanceof UnreadableText)) throw error
    throw unwritable(path, `${value} cannot be read: ${error.message}`)
  }
  throw unwritable(path, `${value} holds nothing`)
}

/** The text of an item, whatever YAML would make of it. */
const written = (value: string, node: Node): string =>
  node.kind === 'scalar' && node.scalar.type === 'string' ? node.scalar.value : value.slice(node.start, node.end)

function nodeContent(value: string, node: Node): Content {
  if (node.kind === 'sequence') return { kind: 'sequence', items: node.items.map((item) => nodeContent(value, item)) }
  if (node.kind === 'mapping') {
    const entries = node.entries.map((entry): readonly [string, Content] => [
      entry.name,
      nodeContent(value, entry.value),
    ])
    return { kind: 'mapping', entries: [...new Map(entries)] }
  }
  if (node.scalar.type === 'string' || node.start === node.end) return { kind: 'scalar', scalar: node.scalar }
  return { kind: 'scalar', scalar: node.scalar, plain: value.slice(node.start, node.end) }
}

const unwritable = (path: string, why: string): KpxError =>
  new KpxError('KPX1001', `the value of ${path} cannot be written: ${why}`, {
    fix: `see how it is written: kpx explain field ${path.replace(/^featureGates\..*/, 'featureGates')}`,
  })
