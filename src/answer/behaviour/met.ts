/** What packets meet, flat: one entry for each frontend, node and kind of sender. */
import type { Endpoint as ListedEndpoint, Service } from '../../cluster/objects.ts'
import type { Verdict } from '../../evaluate/evaluate.ts'
import type { ExplainedPort } from '../explain-service.ts'
import type { Frontend } from '../../cluster/frontend.ts'
import { senderKinds } from '../frontend-outcomes.ts'
import type { SenderKind } from '../frontend-outcomes.ts'
import type { Endpoint, Outcome } from '../outcome.ts'
import type { Scene } from '../scene.ts'

export interface Met {
  readonly frontend: Frontend
  readonly kind: SenderKind
  readonly node: string
  readonly outcomes: readonly Outcome[]
}

/** A sentence about the Service, and whether packets meet what its spec asks for; null where that cannot be told. */
export interface Behaviour {
  /** The field of the spec; or the endpoints, the source address, what is not delivered, or what was not seen. */
  readonly about:
    | 'endpoints'
    | 'sessionAffinity'
    | 'internalTrafficPolicy'
    | 'externalTrafficPolicy'
    | 'loadBalancerSourceRanges'
    | 'source'
    | 'refusals'
    | 'blind'
  readonly text: string
  readonly holds: boolean | null
}

/** What is said, and the packets whose fate that explains. */
export interface Topic {
  readonly said: readonly Behaviour[]
  readonly explained: readonly Met[]
}

export const nothing: Topic = { said: [], explained: [] }

export const metAt = (ports: readonly ExplainedPort[]): Met[] =>
  ports.flatMap(({ frontends }) =>
    frontends.flatMap((frontend) =>
      frontend.nodes.flatMap(({ from, node }) =>
        senderKinds.flatMap((kind): Met[] => (from[kind] ? [{ frontend, kind, node, outcomes: from[kind] }] : [])),
      ),
    ),
  )

export const reached = (mets: readonly Met[]): Endpoint[] =>
  mets.flatMap(({ outcomes }) => outcomes.flatMap(({ endpoint }) => endpoint ?? []))

export const isUnknown = ({ outcomes }: Met): boolean => outcomes.some(({ verdict }) => verdict === 'unknown')

/** Nothing gets through, for certain. */
export const isStopped = ({ outcomes }: Met): boolean =>
  outcomes.length > 0 && outcomes.every(({ verdict }) => verdict !== 'deliver' && verdict !== 'unknown')

export const isRefused = (met: Met): boolean =>
  isStopped(met) && met.outcomes.every(({ verdict }) => verdict === 'reject' || verdict === 'drop')

/** By the API; undefined where it was not recorded. */
export const readyEndpoints = (service: Service, { cluster }: Scene): readonly ListedEndpoint[] | undefined =>
  cluster.isRecorded('endpointslices')
    ? cluster.endpointsOf(service).filter(({ ready, terminating }) => ready && !terminating)
    : undefined

export const nodesOf = (mets: readonly Met[]): string[] => [...new Set(mets.map(({ node }) => node))]

const fates: Readonly<Record<Verdict, string>> = {
  deliver: 'delivered',
  drop: 'dropped',
  forward: 'not translated',
  local: 'not translated',
  reject: 'refused',
  unknown: 'unknown',
}

/** What is done to these packets: `refused`, `dropped or refused`. */
export function fateOf(mets: readonly Met[]): string {
  const all = mets.flatMap(({ outcomes }) => outcomes.map(({ verdict }) => fates[verdict]))
  return [...new Set(all)].sort().join(' or ')
}

/** Clients beyond the cluster are alike once they are let in. */
export const senderText: Readonly<Record<SenderKind, string>> = {
  pod: 'pods',
  node: 'nodes',
  outside: 'clients outside',
  allowed: 'clients outside',
}

/** `a, b and c`; of many the first few. */
export function listText(names: readonly string[]): string {
  if (names.length > mostNamed)
    return `${names.slice(0, mostNamed - 1).join(', ')} and ${names.length - mostNamed + 1} more`
  return names.length < 2 ? names.join() : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}

const mostNamed = 5
