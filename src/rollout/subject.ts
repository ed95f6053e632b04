/** What a change is made to: an object of the cluster whose text kpx edits. Each kind has a file of its own. */
import type { Finding } from '../answer/finding.ts'
import type { Applied } from '../cluster/applied.ts'
import type { Json } from '../cluster/json.ts'
import type { Revision } from '../config/revisions.ts'
import type { Connection } from '../kube/connection.ts'
import type { Ownership, Recognition } from '../platform/recognise.ts'
import type { Setting } from '../platform/setting.ts'
import type { Change } from './change.ts'
import type { Expected } from './running.ts'

/** What is to be changed, or why that is for its owner to do. */
export type Found = Change | Subject

/** The owner was asked about before. */
export const rereading = ({ name, namespace }: Applied): Asked => ({
  daemonSet: `${namespace}/${name}`,
  wanted: [],
  force: true,
})

export const isRefused = (found: Found): found is Change => 'kind' in found

/** What the user names beside the change. */
export interface Asked {
  /** `kube-proxy` or `kube-system/kube-proxy`; undefined where there is but one. */
  readonly daemonSet: string | undefined
  /** What is to be set, as far as that is known beforehand. */
  readonly wanted: readonly Setting[]
  /** Also what an owner would undo. */
  readonly force: boolean
}

/** `checked`: by the API server, and not written; `held`: no pod is replaced because of it. */
export type Writing = 'checked' | 'held' | 'plain'

export interface Subject {
  readonly connection: Connection
  /** The DaemonSet whose pods take the change. */
  readonly workload: Applied
  /** Other DaemonSets whose pods have the text, too, and are left as they are. */
  readonly sharing: readonly Applied[]
  /** What names it to another command, where there are others. */
  readonly flags: string
  /** What is written to: the ConfigMap, or the DaemonSet itself. */
  readonly object: Applied
  /** `ConfigMap kube-system/kube-proxy, key config.conf`. */
  readonly label: string
  readonly text: string
  /** What a file of the text is called: `config.conf`. */
  readonly fileName: string
  readonly revisions: readonly Revision[]
  readonly recognition: Recognition
  /** Whose the object is. */
  readonly ownership: Ownership
  /** Who wrote it last, as a field manager; null where that is not told. */
  readonly changedBy: string | null
  /** What kube-proxy would say to another text, and what should not be in it. */
  judge(text: string): readonly Finding[]
  /** Whether the object is as the text has it. */
  holds(text: string): boolean
  /** Writes it, with an annotation for the revisions where there is one; the text as the API server has completed it. Throws as Connection.change. */
  write(text: string, revisions: string | undefined, how: Writing): Promise<string>
  /** How the DaemonSet's pods are replaced with the text in force. */
  strategy(text: string): Promise<Json>
  /** As it is now. */
  reread(): Promise<Found>
  /** The settings that are others in another text. */
  settings(text: string): readonly Setting[]
  /** What a kube-proxy has to run with that takes the text. */
  expected(text: string): Expected
  /** Who wrote the object last, `somebody` where that is not told. */
  writer(): Promise<string>
  /** Whether pods are to start anew for it: a change of their own template brings that about by itself. */
  restart(text: string): 'itself' | 'marked' | 'none'
}
