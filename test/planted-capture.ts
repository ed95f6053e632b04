/** Recordings in which every name, comment and text holds what a terminal would obey. */
import { mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { captures } from './kpx.ts'

/** Colour, C0 and C1 controls, marks that turn text around, breaks of lines; `forged` begins the line behind them. */
export const forged = 'FORGED'
const inLine =
  '\u001b[31mPLANTED\u001b]0;x\u0007\u009b2J\u007f\u061c\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069'
/** For names of files: all but NUL. */
export const planted = `${inLine}\r\n${forged}`
const everything = `\u0000${planted}`

/** What a terminal would take for anything but text. */
export const harmful =
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]|\u001b\[31mPLANTED/

/** Fields of the API whose values make a packet's way: without them there would be nothing to tell. */
const kept = new Set(
  'ip ips clusterIP clusterIPs addresses address podIP hostIP podCIDR podCIDRs protocol externalIPs kind apiVersion'.split(
    ' ',
  ),
)
const names = new Set('name namespace nodeName kubernetes.io/service-name'.split(' '))

/** Names are planted alike wherever they are told, so that objects still belong together. */
function plantedObject(value: unknown, key: string, file: string): unknown {
  if (kept.has(key) || (file === 'nodes.json' && key === 'type')) return value
  if (typeof value === 'string') return value + (names.has(key) ? planted : everything)
  if (Array.isArray(value)) return value.map((item) => plantedObject(item, key, file))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, plantedObject(inner, name, file)]))
}

/** Lines and words stay what they are. */
function plantedDump(file: string, text: string): string {
  if (file === 'ip-addr.json' || file.endsWith('route.json'))
    return text.replaceAll('"eth0"', JSON.stringify(`eth0${everything}`))
  if (file.endsWith('.json'))
    return text.replaceAll('"comment": "', `"comment": "${JSON.stringify(everything).slice(1, -1)}`)
  if (!file.endsWith('.txt')) return text
  const named = text
    .replaceAll('--comment "', `--comment "${inLine}`)
    .replaceAll('comment "', `comment "${inLine}`)
    .replaceAll('KUBE-SVC-', `KUBE-SVC-${inLine}`)
    .replaceAll('cluster-ips', `cluster-ips${inLine}`)
    .replaceAll('KUBE-CLUSTER-IP', `KUBE-CLUSTER-IP${inLine}`)
  return file === 'sysctl.txt' || file === 'proxyMode.txt' ? named + inLine : `${named}${inLine} what\n`
}

/** Writes the recording with every text planted into `folder`, and returns where it is. */
export function plantedCapture(recording: string, folder: string): string {
  const from = join(captures, recording)
  const to = join(folder, `${recording}${planted}`)
  for (const path of readdirSync(from, { recursive: true, encoding: 'utf8' })) {
    if (!statSync(join(from, path)).isFile()) continue
    const steps = path.split(/[/\\]/).map((step) => (/^node\d$/.test(step) ? step + planted : step))
    mkdirSync(join(to, ...steps.slice(0, -1)), { recursive: true })
    writeFileSync(join(to, ...steps), plantedFile(steps, readFileSync(join(from, path), 'utf8')))
  }
  return to
}

function plantedFile(steps: readonly string[], text: string): string {
  const name = steps.at(-1) ?? ''
  if (steps[0] === 'objects') return JSON.stringify(plantedObject(JSON.parse(text), '', name))
  if (name === 'capture.json') return JSON.stringify({ name: `c${everything}`, takenAt: everything, nodes: [] })
  return plantedDump(name, text)
}
