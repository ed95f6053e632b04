/** Whether the cluster would let a debug pod of kpx in, asked by a dry run: nothing is made. */
import { isPolicy } from '../api-failure.ts'
import type { Connection } from '../connection.ts'
import { createObject } from '../objects.ts'
import { resources } from '../resource.ts'
import { systemNamespace } from '../role.ts'
import { object } from '../../cluster/json.ts'
import { KpxError } from '../../error.ts'
import type { ClusterNode } from './cluster-node.ts'
import { planFor } from './debug-pod.ts'

/**
 * The pod as the server would have it, or a Status that says why it would not; undefined where that cannot be told: the user may not make
 * pods, kpx knows no image for one, or a webhook takes no dry run.
 */
export async function debugPodTrial(
  connection: Connection,
  nodes: readonly ClusterNode[],
  pods: readonly unknown[],
  image: string | undefined,
): Promise<object | undefined> {
  const pod = nodes.map((node) => planFor(node, pods, image)).find((plan) => 'spec' in plan)
  try {
    if (!pod || !(await mayCreate(connection))) return undefined
    // refusals name the pod: the same cluster is to give the same answer every time
    const metadata = { ...pod.metadata, name: trialName }
    const asked = { verb: 'create', resource: resources.pods, namespace: metadata.namespace, name: trialName } as const
    return await createObject(connection, asked, { ...pod, metadata }, { dryRun: 'All' })
  } catch (error) {
    if (error instanceof KpxError && isRefusal(error)) return { kind: 'Status', message: error.message }
    if (error instanceof KpxError) return undefined
    throw error
  }
}

const trialName = 'kpx-debug'

/** Whoever is refused by roles would hear of them alone. Everybody who is known may ask (ClusterRole system:basic-user). */
async function mayCreate(connection: Connection): Promise<boolean> {
  const asked = { verb: 'create', resource: resources.selfSubjectAccessReviews } as const
  const resourceAttributes = { verb: 'create', resource: 'pods', namespace: systemNamespace }
  const review = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectAccessReview',
    spec: { resourceAttributes },
  }
  const answer = await createObject(connection, asked, review)
  return object(object(answer)['status'])['allowed'] === true
}

const isRefusal = ({ code, message }: KpxError): boolean =>
  !/does not support dry run/.test(message) &&
  (code === 'KPX1015' || (code === 'KPX1016' && (isPolicy(message) || /failed calling webhook/.test(message))))
