/** Something of a node that could not be seen, e.g. `iptables-save.txt`, and why. */
export interface Blind {
  readonly file: string
  readonly why: string
  /** The next step, where there is one. */
  readonly fix?: string
}

/** How kpx got at a node. */
export interface Reached {
  /** exec in the pod of kube-proxy, a debug pod that kpx made, the node itself, or the user's own --via. */
  readonly way: 'exec' | 'debug-pod' | 'local' | 'via'
  /** The pod, the machine, or the program of --via. */
  readonly through: string
  /** Why the ways that come before did not lead there; absent where there are none. */
  readonly instead?: string
}

/** An item of a list as it stands in its file; made anew each time that it is asked for. */
export interface UnparsedItem {
  text(): string
  /** Throws KPX1008 where it is not JSON. */
  value(): unknown
}

/** The items of a list. */
export interface ItemList extends Iterable<unknown> {
  /** The same, where they come from a file: whoever needs a few need not parse all. */
  readonly unparsed?: readonly UnparsedItem[]
}

/** What was recorded of a cluster: dumps of each node's tools and the API's objects, byte for byte. */
export interface Capture {
  readonly name: string
  /** Where it was read from. */
  readonly path: string
  /** The flags by which a command asks the same again: `--from PATH`, or the context of a cluster. */
  readonly flags: string
  /** RFC 3339, as capture.json says. */
  readonly takenAt?: string
  /** Every node that capture.json or a folder names, sorted; a node without files is one that nothing is known of. */
  readonly nodes: readonly string[]
  /** Its nodes are those that the user named (--node), and not all. */
  readonly isPart?: boolean
  /** The bytes of `nodes/NODE/NAME`; undefined where there is no such file. */
  file(node: string, name: string): Buffer | undefined
  /** The names of a node's files, sorted. */
  files(node: string): readonly string[]
  /** What could not be seen of a node when the capture was taken, and why. */
  blind(node: string): readonly Blind[]
  /** How the node was got at when the capture was taken; undefined where that is not recorded, or nothing led there. */
  reached(node: string): Reached | undefined
  /** The items of `objects/NAME.json`; undefined where there is no such list. Throws KPX1008, at the latest at an item that is not JSON. */
  list(name: string): ItemList | undefined
}

/** How each node was got at, as far as that is known. */
export const reachedNodes = (capture: Capture): (Reached & { readonly node: string })[] =>
  capture.nodes.flatMap((node) => {
    const one = capture.reached(node)
    return one ? [{ node, ...one }] : []
  })
