/** A cluster as preflight looks at it: once, and again for as long as rules differ from the API that may be on their way. */
import type { Scene } from '../answer/scene.ts'
import { observe } from '../answer/verify/observe.ts'
import type { Observation } from '../answer/verify/observe.ts'
import { lasting } from '../answer/verify/settle.ts'
import { KpxError } from '../error.ts'

interface Observed {
  readonly scene: Scene
  readonly nodes: readonly string[]
  /** Why rules could not be compared, where they could not. */
  readonly observation: Observation | string
}

/** `pause` waits for the next look, and says whether there is one. */
export async function observed(
  look: () => Promise<Scene>,
  nodesOf: (scene: Scene) => readonly string[],
  pause: () => Promise<boolean>,
): Promise<Observed> {
  const scene = await look()
  const nodes = nodesOf(scene)
  const first = compared(scene, nodes)
  if (typeof first === 'string') return { scene, nodes, observation: first }
  const looks = [first]
  const next = async (): Promise<Observation> => {
    const later = looks.pop()
    if (later) return later
    const now = await look()
    return observe(now.cluster.services, nodes, now)
  }
  const observation = await lasting(next, pause)
  return { scene: observation.scene, nodes, observation }
}

function compared(scene: Scene, nodes: readonly string[]): Observation | string {
  if (!scene.cluster.isRecorded('services')) return 'the Services were not recorded'
  if (nodes.length === 0) return 'no node was looked at'
  try {
    return observe(scene.cluster.services, nodes, scene)
  } catch (error) {
    if (error instanceof KpxError) return error.message
    throw error
  }
}
