/** What a kube-proxy itself says that it runs with, at /configz, against what it should. */
import { effectiveSettings, modeSetting } from '../config/effective.ts'
import type { StartedWith } from '../config/effective.ts'
import { fieldAt } from '../config/fields/index.ts'
import { portIn } from '../config/served-ports.ts'
import { ownValues } from '../config/own-values.ts'
import { lineOf } from '../config/value.ts'
import type { Value } from '../config/value.ts'
import { writtenValues } from '../config/written-values.ts'
import { object } from '../cluster/json.ts'
import { KpxError } from '../error.ts'
import type { Connection } from '../kube/connection.ts'
import { getFromPod } from '../kube/pod-http.ts'
import type { NodePod } from './node-pod.ts'

export interface Confirmation {
  /** Null where it cannot be told. */
  readonly confirmed: boolean | null
  /** Why not. */
  readonly why: string | null
}

const confirmed: Confirmation = { confirmed: true, why: null }
const untold = (why: string): Confirmation => ({ confirmed: null, why })

/** The fields that a kube-proxy has with other values than before; all that the text sets, where it is the same as before. */
export interface Expected {
  readonly minor: number
  /** By path. */
  readonly values: ReadonlyMap<string, ExpectedValue>
  /** Where it serves /configz; undefined where it does not. */
  readonly port: number | undefined
  /** The mode that it runs in; undefined where its configuration cannot be told. */
  readonly mode: string | undefined
}

interface ExpectedValue {
  readonly text: string
  /** A default may be filled in where it is used, and is then not told. */
  readonly isDefault: boolean
}

export function expectedOf(before: StartedWith, after: StartedWith, minor: number): Expected {
  const now = effectiveSettings(after)
  const isSame = before.config === after.config && before.command.join('\n') === after.command.join('\n')
  const earlier = isSame ? undefined : effectiveSettings(before)
  const values = [...(now?.entries() ?? [])].flatMap(([path, { origin, value }]): [string, ExpectedValue][] => {
    const isMeant = earlier ? lineOf(value) !== lineOf(earlier.get(path)?.value ?? '') : origin === 'file'
    if (origin === 'node' || !isMeant || !hasEffect(path, now?.text('mode') ?? '')) return []
    return [[path, { text: lineOf(value), isDefault: origin === 'default' }]]
  })
  return {
    minor,
    values: new Map(values),
    port: portIn(now?.text('metricsBindAddress') ?? ''),
    mode: modeSetting(after).effective,
  }
}

/** kube-proxy forgets what is for another mode, and does not tell it at /configz. */
function hasEffect(path: string, mode: string): boolean {
  const { idleSince, modes, os } = fieldAt(path) ?? {}
  return idleSince === undefined && os !== 'Windows' && (modes?.includes(mode) ?? true)
}

/** Undefined where nothing answers, be it that it is too early. */
export async function confirm(
  connection: Connection,
  pod: NodePod,
  { minor, port, values }: Expected,
): Promise<Confirmation | undefined> {
  if (port === undefined) return untold('kube-proxy serves nothing that tells what it runs with')
  const running = await ask(connection, pod, port)
  if (running === undefined || 'confirmed' in running) return running
  const told = configurationIn(running, minor)
  if (!told) return untold(`kube-proxy 1.${minor} tells what it runs with in another form`)
  for (const [path, { isDefault, text }] of values) {
    const own = told.get(path)
    if (own === undefined || (isDefault && isNothing(lineOf(own)))) {
      if (!isDefault && !isNothing(text)) return untold(`${pod.name} does not tell its ${path}`)
    } else if (lineOf(own) !== text) {
      return { confirmed: false, why: `${pod.name} runs with ${path} ${lineOf(own)}, not ${text}` }
    }
  }
  return confirmed
}

/** What JSON has null for, or leaves out. */
const isNothing = (value: string): boolean => value === '' || value === '[]'

async function ask(connection: Connection, pod: NodePod, port: number): Promise<Buffer | Confirmation | undefined> {
  try {
    return await getFromPod(connection, { namespace: pod.namespace, pod: pod.name }, port, '/configz')
  } catch (error) {
    if (!(error instanceof KpxError)) throw error
    // the pod may just have ended
    return error.code === 'KPX1015' ? untold(error.message) : undefined
  }
}

/** From 1.36 on in the form of the file (cmd/kube-proxy/app/server.go); before, in that of kube-proxy's own type. */
function configurationIn(body: Buffer, minor: number): ReadonlyMap<string, Value> | undefined {
  try {
    const own = object(object(JSON.parse(body.toString('utf8')))['kubeproxy.config.k8s.io'])
    if (own['kind'] !== undefined) return writtenValues(JSON.stringify(own), minor)
    return own['BindAddress'] === undefined ? undefined : ownValues(own, minor)
  } catch {
    return undefined
  }
}
