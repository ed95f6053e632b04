/** The ports of nodes that pods ask for: hostPort, which pods in the node's own network have for each port that they tell. */
import type { Capture } from '../capture/capture.ts'
import { number, object, objects, text } from './json.ts'

export interface HostPort {
  /** `shop/web-1`. */
  readonly pod: string
  readonly node: string
  readonly port: number
}

/** Of TCP alone. Few pods have one: the others are not parsed where they need not be. */
export function hostPorts(capture: Capture): HostPort[] {
  const pods = capture.list('pods')
  const own = pods?.unparsed?.filter((one) => one.text().includes('"hostPort"')).map((one) => one.value())
  return [...(own ?? pods ?? [])].flatMap((pod) => {
    const { metadata, spec, status } = object(pod)
    const { name, namespace } = object(metadata)
    if (['Failed', 'Succeeded'].includes(text(object(status)['phase']))) return []
    const ports = objects(object(spec)['containers']).flatMap((container) => objects(container['ports']))
    return ports.flatMap(({ hostPort, protocol = 'TCP' }) => {
      const port = number(hostPort)
      if (port === undefined || protocol !== 'TCP') return []
      return [{ pod: `${text(namespace)}/${text(name)}`, node: text(object(spec)['nodeName']), port }]
    })
  })
}
