/** Nodes without an address of a family in which Services have theirs: kube-proxy leaves those Services out there. */
import { finding } from '../answer/finding.ts'
import { familyOf, parseIp } from '../ruleset/address.ts'
import type { IpFamily } from '../ruleset/address.ts'
import { always, skipped } from './check.ts'
import type { NodeCheck } from './check.ts'

export const families: NodeCheck = {
  codes: ['KPX4128'],
  needs: 'node',
  applies: always,
  ofNode: ({ node, seen: { ruleset } }, { services }) => {
    if (!node || !ruleset || ruleset.addressed.size === 0) return skipped("the node's addresses were not seen")
    const own = familiesOf(node.addresses)
    for (const { addresses } of ruleset.interfaces)
      for (const { ip, scope } of addresses) if (scope === 'global') own.add(familyOf(ip))
    const wanted = [...familiesOf(services.flatMap(({ clusterIPs }) => clusterIPs))]
    const lacking = wanted.filter((family) => !own.has(family) && ruleset.addressed.has(family))
    return lacking.map((family) =>
      finding('KPX4128', { message: `the node has no ${family} address, and Services have` }),
    )
  },
}

const familiesOf = (addresses: readonly string[]): Set<IpFamily> =>
  new Set(
    addresses.flatMap((text) => {
      const ip = parseIp(text)
      return ip === undefined ? [] : [familyOf(ip)]
    }),
  )
