/** Source: kube-router.io/docs, user guide (--run-service-proxy, on by default). */
import { nameOf } from '../../cluster/applied.ts'
import type { Container } from '../../cluster/workload.ts'
import { replacement } from '../replacement.ts'

const isKubeRouter = ({ image, name, words }: Container): boolean =>
  (name === 'kube-router' || /\/kube-router[:@]/.test(image)) && !words.includes('--run-service-proxy=false')

export const kubeRouter = replacement(
  {
    id: 'kube-router',
    name: 'kube-router',
    recognise: ({ daemonSets }) =>
      daemonSets
        .filter(({ containers, desired }) => desired > 0 && containers.some(isKubeRouter))
        .map((set) => `a container of ${nameOf(set)}, without --run-service-proxy=false`),
  },
  {
    what: 'it serves the Services, by IPVS',
    how: 'kube-router serves the Services; its flag --run-service-proxy decides that',
  },
)
