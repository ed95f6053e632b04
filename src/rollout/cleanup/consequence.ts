/** What a cleanup brings about, in words, and who would have done it. */
import { groupBy } from '../../answer/fold.ts'
import { selfRemoval } from '../../answer/status/cleanup.ts'
import type { Scene } from '../../answer/scene.ts'
import { seenNodes } from '../../answer/status/status.ts'
import type { Plan } from '../write.ts'
import type { NodePlan } from './plan.ts'

/** What goes from which nodes. */
export const aboutOf = (plans: readonly NodePlan[], pods: number): Plan['about'] => [
  ...Array.from(groupBy(plans, whatOf), ([text, own]) => ({ name: namesOf(own), text })),
  ...(pods > 0 ? [{ name: 'Debug pods', text: String(pods) }] : []),
]

/** Sentences, the last one without a full stop. */
export function consequenceOf(plans: readonly NodePlan[], scene: Scene): string {
  const restarted = plans.filter(({ removals }) => removals.some(({ by }) => by === 'kube-proxy'))
  return [
    'This is removed, node by node, and looked for again afterwards',
    ...selfRemovals(plans, scene),
    ...(restarted.length > 0 ? [restarting(namesOf(restarted))] : []),
  ].join('. ')
}

const namesOf = (plans: readonly NodePlan[]): string => plans.map(({ node }) => node).join(', ')

const whatOf = ({ removals }: NodePlan): string => removals.map(({ what }) => what).join(', ')

const restarting = (nodes: string): string =>
  `On ${nodes} there is no ipvsadm or ip to do it: kube-proxy --cleanup takes away the rules of every mode, those that run among them, while a table of kpx serves the Services, and kube-proxy's pod starts anew and is checked`

const otherIptables = 'No kube-proxy removes what is in the iptables, nft or legacy, that it does not use'

/** Once for each thing that can be said. */
function selfRemovals(plans: readonly NodePlan[], scene: Scene): string[] {
  const { all } = seenNodes(
    scene,
    plans.map(({ node }) => node),
  )
  const texts = all.flatMap(({ status: { node, running, version } }) => {
    const own = plans.find((plan) => plan.node === node)?.removals ?? []
    return own.flatMap(({ mode }) => {
      if (mode === 'kpx' || mode === 'userspace') return []
      return [mode === 'other iptables' ? otherIptables : selfRemoval(mode, running ?? '', version ?? undefined)]
    })
  })
  return [...new Set(texts)]
}
