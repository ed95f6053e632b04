/** A rule of an iptables dump. Most rules of a big one are compiled and forgotten, so that their values are made on demand. */
import type { FilledTemplate, IptablesRule } from '../ruleset/iptables.ts'
import type { At, Rule, UnknownRule } from '../ruleset/ruleset.ts'

/** The file that the line stands in. */
export interface LineSource {
  readonly text: string
  at(line: number): At
  /** Says why a line is no rule. */
  filled(start: number, end: number, line: number): FilledTemplate | string
  body(start: number, end: number, line: number): IptablesRule | UnknownRule
}

/** `[start, end)` of the file's text. */
export class IptablesLine implements Rule {
  readonly #source: LineSource
  readonly #start: number
  readonly #end: number
  readonly #line: number
  #body: IptablesRule | UnknownRule | undefined

  constructor(source: LineSource, start: number, end: number, line: number) {
    this.#source = source
    this.#start = start
    this.#end = end
    this.#line = line
  }

  get at(): At {
    return this.#source.at(this.#line)
  }

  get text(): string {
    return this.#source.text.slice(this.#start, this.#end)
  }

  get body(): IptablesRule | UnknownRule {
    return (this.#body ??= this.#source.body(this.#start, this.#end, this.#line))
  }

  get filled(): FilledTemplate | undefined {
    const filled = this.#source.filled(this.#start, this.#end, this.#line)
    return typeof filled === 'string' ? undefined : filled
  }
}
