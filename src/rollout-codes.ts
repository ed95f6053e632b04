/** Changes of a cluster, and their rollouts: KPX5nnn. */
import type { CatalogueEntry } from './codes.ts'

export const rolloutCodes = [
  {
    code: 'KPX5001',
    level: 'error',
    title: 'the change is made, but not in force on every node',
    why: 'A pod takes the configuration when it starts. One that was started anew is not ready in time, fails, or runs with something else.',
    fix: 'look at what that pod says; the configuration before comes back with: kpx config restore',
  },
  {
    code: 'KPX5002',
    level: 'warning',
    title: 'the change is not in force yet',
    why: 'No kube-proxy reads its configuration again while it runs: each pod takes the change when it is started anew, be it by chance.',
    fix: 'start the pods anew when it suits: kubectl rollout restart of the DaemonSet',
  },
  {
    code: 'KPX5003',
    level: 'error',
    title: 'another kpx rolls out a change',
    why: 'Whoever changes the nodes of a cluster holds the Lease kpx-rollout as long as it lasts, so that two never do so at a time.',
    fix: 'wait until it has ended: kpx rollout status',
    exit: 1,
  },
  {
    code: 'KPX5004',
    level: 'warning',
    title: 'a rollout was not finished',
    why: 'It was stopped, or kpx was ended in the middle of it. Each node runs with the configuration before or after, and no pod is replaced by itself.',
    fix: 'finish it with kpx rollout resume, or take it back with kpx rollout undo',
    exit: 1,
  },
  {
    code: 'KPX5005',
    level: 'error',
    title: 'something else was changed during the rollout',
    why: 'The plan that was agreed to is about the nodes, the configuration and the DaemonSet as they were, so that the rollout stopped before the next node.',
    fix: 'look at what was changed, then go on with kpx rollout resume or back with kpx rollout undo',
    exit: 1,
  },
  {
    code: 'KPX5006',
    level: 'warning',
    title: 'a node was not verified after the change',
    why: 'What its kernel does to packets could not be seen, or not compared with what the API says.',
    fix: 'see what can be seen, and how: kpx verify --allow-debug-pods',
  },
  {
    code: 'KPX5007',
    level: 'error',
    title: 'the change failed on a node and was taken back',
    why: 'Its kube-proxy did not run with the change, did not keep the node in step, or packets went wrong: the nodes that had it are as before.',
    fix: 'look at what is named, and make the change again when it is mended',
  },
  {
    code: 'KPX5008',
    level: 'error',
    title: 'no rollout is under way',
    why: 'A rollout that is under way or was stopped has a Lease, kpx-rollout, in the namespace of kube-proxy.',
    fix: 'see what the nodes run with: kpx status',
    exit: 1,
  },
  {
    code: 'KPX5009',
    level: 'warning',
    title: 'connections to Services failed on a node while its mode changed',
    why: 'A kube-proxy that starts takes the rules of the mode before away, some time before its own are there, and no table served Services meanwhile.',
    fix: 'none: it is over; see what is named before the next change',
  },
] as const satisfies readonly CatalogueEntry[]
