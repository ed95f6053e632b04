/** Something of a node that could not be seen, e.g. `iptables-save.txt`, and why. */
export interface Blind {
  readonly file: string
  readonly why: string
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
  /** The bytes of `nodes/NODE/NAME`; undefined where there is no such file. */
  file(node: string, name: string): Buffer | undefined
  /** The names of a node's files, sorted. */
  files(node: string): readonly string[]
  /** What could not be seen of a node when the capture was taken, and why. */
  blind(node: string): readonly Blind[]
  /** The items of `objects/NAME.json`; undefined where there is no such list. Throws KPX1008, at the latest at an item that is not JSON. */
  list(name: string): Iterable<unknown> | undefined
}
