/**
 * An nft rule as a value. The shapes are libnftables' own JSON (libnftables-json(5)), normalised so that text and JSON of one
 * ruleset give equal values:
 * - flags are always a sorted array (`masquerade`, `dnat`, `snat`, `redirect`, `fib`, `log`);
 * - a match of bits (`ct state`, `ct status`, `tcp flags`) has op "in" when any of the named bits is enough: one value is that
 *   string, several are `{"set":[...]}` in nft's order. `==` and `!=` compare exactly, several bits are nested `{"|":[a,b]}`, also
 *   in a mask (`tcp flags syn / fin,syn` is `{"&":[flags,{"|":["fin","syn"]}]} == "syn"`). `!` asks for none of the bits;
 * - `ct original ip daddr` is `{"ct":{"key":"daddr","dir":"original","family":"ip"}}`;
 * - numbers in decimal; durations in seconds; addresses in nft's spelling; numbers of protocols (1, 6, 17, 58, 132), ct states and the like by name; `exists`
 *   and `missing` for JSON's true and false; `*` is the catch-all element; an interface name may end in `*`;
 * - `counter` keeps its packets and bytes; handles are left out; `reject` always has type and expr (nft prints `reject` for the
 *   family's default), but for `tcp reset`, which has no expr;
 * - an xt expression that only iptables understands is `{"xt":{"type","name"}}`.
 */

export type NftPrimitive = number | string

/** One key names the kind. `{"set":[...]}` is an anonymous set, or a map's pairs `[key, value]`; `"@name"` refers to a named one. */
export type NftExpression =
  | NftPrimitive
  | { readonly payload: { readonly protocol: string; readonly field: string } }
  | { readonly meta: { readonly key: string } }
  | { readonly ct: { readonly key: string; readonly dir?: string; readonly family?: string } }
  | { readonly fib: { readonly result: string; readonly flags: readonly string[] } }
  | { readonly numgen: { readonly mode: string; readonly mod: number; readonly offset: number } }
  | { readonly jhash: NftHash & { readonly expr: NftExpression; readonly seed?: number } }
  | { readonly symhash: NftHash }
  | { readonly concat: readonly NftExpression[] }
  | { readonly set: readonly NftElement[] }
  | { readonly prefix: { readonly addr: string; readonly len: number } }
  | { readonly range: readonly [NftExpression, NftExpression] }
  | { readonly '&': readonly [NftExpression, NftExpression] }
  | { readonly '|': readonly [NftExpression, NftExpression] }
  | { readonly '^': readonly [NftExpression, NftExpression] }
  | { readonly '<<': readonly [NftExpression, NftExpression] }
  | { readonly '>>': readonly [NftExpression, NftExpression] }
  | { readonly map: { readonly key: NftExpression; readonly data: NftExpression } }
  | { readonly elem: NftElem }
  | NftVerdict
  /** An expression that kpx carries but cannot evaluate, as nft prints it (`@nh,96,32`, `tcp option maxseg size`). */
  | { readonly other: string }

/** A hash of the packet, `0 .. mod - 1`, plus offset. */
export interface NftHash {
  readonly mod: number
  readonly offset?: number
}

/** An element with properties. Times in seconds. */
export interface NftElem {
  readonly val: NftExpression
  readonly comment?: string
  readonly timeout?: number
  readonly expires?: number
  readonly counter?: NftCounter
  /** `limit`, `quota`, `ct count`: statements of the element, on whose state it depends whether a lookup finds it. */
  readonly conditions?: readonly string[]
}

interface NftCounter {
  readonly packets: number
  readonly bytes: number
}

/** An element of a set, or a `[key, value]` pair of a map. */
export type NftElement = NftExpression | readonly [NftExpression, NftExpression]

export type NftVerdict =
  | { readonly accept: null }
  | { readonly drop: null }
  | { readonly continue: null }
  | { readonly return: null }
  | { readonly jump: { readonly target: string } }
  | { readonly goto: { readonly target: string } }

export interface NftNat {
  readonly family?: string
  readonly addr?: NftExpression
  readonly port?: NftExpression
  readonly flags?: readonly string[]
  /** `prefix`: the host part of the address stays (netmap). */
  readonly type_flags?: readonly string[]
}

export type NftOperator = '!' | '!=' | '<' | '<=' | '==' | '>' | '>=' | 'in'

/** `rate` per `per`, in packets unless `rate_unit` names bytes. `inv` is `over`. A named limit has only `name`. */
export interface NftLimit {
  readonly name?: string
  readonly rate?: number
  readonly rate_unit?: string
  readonly per?: string
  readonly burst?: number
  readonly burst_unit?: string
  readonly inv?: boolean
}

export interface NftLog {
  readonly prefix?: string
  readonly group?: number
  readonly snaplen?: number
  readonly 'queue-threshold'?: number
  readonly level?: string
  readonly flags?: readonly string[]
}

/** `add @name { elem }`, `update`, `delete`; `data` when `name` is a map; `stmt` are kept per element. */
export interface NftSetUpdate {
  readonly op: string
  readonly elem: NftExpression
  readonly data?: NftExpression
  readonly set: string
  readonly stmt?: readonly NftStatement[]
}

export type NftStatement =
  | NftVerdict
  | { readonly match: { readonly op: NftOperator; readonly left: NftExpression; readonly right: NftExpression } }
  | { readonly vmap: { readonly key: NftExpression; readonly data: NftExpression } }
  | { readonly mangle: { readonly key: NftExpression; readonly value: NftExpression } }
  | { readonly counter: string | NftCounter }
  | { readonly dnat: NftNat }
  | { readonly snat: NftNat }
  | { readonly redirect: NftNat }
  | { readonly masquerade: NftNat }
  | { readonly reject: { readonly type: string; readonly expr?: string } }
  | { readonly notrack: null }
  | { readonly set: NftSetUpdate }
  | { readonly log: NftLog }
  | { readonly limit: NftLimit }
  | { readonly xt: { readonly type: string; readonly name: string } }
  /**
   * A statement that kpx carries but cannot evaluate (`queue to 1`, `quota over 10 mbytes`, `tproxy to :50080`), as nft prints it.
   * The empty text is a statement that nft itself could not print (an xtables target without a translation).
   */
  | { readonly other: string }

export interface NftRule {
  readonly tool: 'nft'
  readonly comment?: string
  readonly statements: readonly NftStatement[]
}

/** A named set or map. A map has `map`: `verdict` or the type of its values, and elements that are pairs. */
export interface NftSet {
  readonly name: string
  /** `["ipv4_addr","inet_proto","inet_service"]`; one entry unless concatenated. `typeof` is given as the types that it stands for. */
  readonly type: readonly string[]
  /** `verdict`, `mark`, `ipv4_addr . inet_service`, ... */
  readonly map?: string
  /** Sorted; `dynamic` is left out, since nft's JSON does not tell it, and `timeout` is in whenever `timeout` is set. */
  readonly flags: readonly string[]
  /** Seconds. */
  readonly timeout?: number
  readonly size?: number
  readonly comment?: string
  /** Decoded on first use. An element that could not be read is `{"other": text}`. */
  readonly elements: readonly NftElement[]
}
