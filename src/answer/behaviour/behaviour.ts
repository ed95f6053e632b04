/**
 * What a Service does here, in sentences: each says what packets really meet, and whether that is what the Service asks for. Packets
 * whose fate no sentence explains get one of their own.
 */
import type { Service } from '../../cluster/objects.ts'
import type { ExplainedPort } from '../explain-service.ts'
import { groupBy } from '../fold.ts'
import type { Frontend } from '../../cluster/frontend.ts'
import { addressText } from '../outcome.ts'
import type { Scene } from '../scene.ts'
import { affinityBehaviour } from './affinity.ts'
import { endpointsTopic } from './endpoints.ts'
import { isUnknown, listText, metAt, nodesOf, senderText } from './met.ts'
import type { Behaviour, Met } from './met.ts'
import { policyTopics } from './policies.ts'
import { rangesTopic, sourceBehaviour } from './source.ts'

export type { Behaviour } from './met.ts'

export function behaviourOf(service: Service, ports: readonly ExplainedPort[], scene: Scene): Behaviour[] {
  const mets = metAt(ports)
  if (mets.length === 0) {
    const text = 'kube-proxy does nothing for it: it has no address of its own.'
    return [{ about: 'endpoints', holds: true, text }]
  }
  const topics = [...policyTopics(service, mets, scene), rangesTopic(service, mets, scene)]
  const byPolicy = new Set(topics.flatMap(({ explained }) => explained))
  const endpoints = endpointsTopic(service, mets, byPolicy, scene)
  const explained = new Set([...byPolicy, ...endpoints.explained])
  return [
    ...endpoints.said,
    ...affinityBehaviour(service, mets),
    ...topics.flatMap(({ said }) => said),
    ...sourceBehaviour(service, mets),
    ...refusals(mets.filter((met) => !explained.has(met) && !isUnknown(met))),
    ...blindSpots(mets.filter(isUnknown)),
  ]
}

/** So many different reasons are told; the rest stand with the outcomes. */
const mostReasons = 3

function refusals(mets: readonly Met[]): Behaviour[] {
  const stopped = mets.filter(({ outcomes }) => outcomes.some(({ verdict }) => verdict !== 'deliver'))
  return [...groupBy(stopped, whyNot).entries()].slice(0, mostReasons).map(([why, same]) => {
    const who = listText([...new Set(same.map(({ kind }) => senderText[kind]))])
    const where = listText([...new Set(same.map(({ frontend }) => frontendText(frontend)))])
    return {
      about: 'refusals',
      holds: false,
      text: `Not all is delivered from ${who} on ${listText(nodesOf(same))} to ${where}: ${why}.`,
    }
  })
}

const whyNot = ({ outcomes }: Met): string => outcomes.find(({ verdict }) => verdict !== 'deliver')?.why ?? ''

const frontendText = ({ ip, kind, port }: Frontend): string =>
  ip === null ? `${kind} ${port}` : `${kind} ${addressText({ ip, port })}`

function blindSpots(mets: readonly Met[]): Behaviour[] {
  const reasons = groupBy(mets, ({ outcomes }) => outcomes.find(({ verdict }) => verdict === 'unknown')?.why ?? '')
  return [...reasons.entries()].slice(0, mostReasons).map(([why, same]) => ({
    about: 'blind',
    holds: null,
    text: `What happens on ${listText(nodesOf(same))} cannot all be told: ${why}.`,
  }))
}
