/** Source: antrea.io/docs, AntreaProxy (antreaProxy.proxyAll, and kubeAPIServerOverride for clusters without kube-proxy). */
import { nameOf } from '../../cluster/applied.ts'
import { object } from '../../cluster/json.ts'
import { jsonOfYaml } from '../../config/yaml-object.ts'
import { UnreadableText } from '../../config/node.ts'
import { replacement } from '../replacement.ts'

const key = 'antrea-agent.conf'

function proxiesAll(text: string | undefined): boolean {
  try {
    return object(object(jsonOfYaml(text ?? ''))['antreaProxy'])['proxyAll'] === true
  } catch (error) {
    if (error instanceof UnreadableText) return false
    throw error
  }
}

export const antrea = replacement(
  {
    id: 'antrea',
    name: 'Antrea proxyAll',
    recognise: ({ configMaps }) =>
      configMaps
        .filter(({ data, name }) => /^antrea-config(?:-|$)/.test(name) && proxiesAll(data.get(key)))
        .map((map) => `antreaProxy.proxyAll: true in key ${key} of ${nameOf(map)}`),
  },
  {
    what: 'it serves all Services (antreaProxy.proxyAll)',
    how: 'Antrea serves the Services; antreaProxy.proxyAll of its agents decides that',
  },
)
