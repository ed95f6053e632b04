/** What completion must know of commands: as oclif's manifest has them. */
export interface FlagShape {
  readonly name: string
  readonly type: 'boolean' | 'option'
  readonly char?: string | undefined
  readonly summary?: string | undefined
  /** All that may be its value. */
  readonly options?: readonly string[] | undefined
  readonly multiple?: boolean | undefined
  readonly allowNo?: boolean | undefined
  readonly hidden?: boolean | undefined
  /** Flags that may not stand beside it. */
  readonly exclusive?: readonly string[] | undefined
  readonly relationships?: readonly { readonly type: string; readonly flags: readonly unknown[] }[] | undefined
}

export interface CommandShape {
  /** `explain:service`. */
  readonly id: string
  readonly summary?: string | undefined
  readonly hidden?: boolean | undefined
  /** False where the last argument may be repeated. */
  readonly strict?: boolean | undefined
  readonly args: Readonly<Record<string, { readonly name: string; readonly options?: readonly string[] | undefined }>>
  readonly flags: Readonly<Record<string, FlagShape>>
}

/** The first word of several commands. */
interface TopicShape {
  readonly name: string
  readonly description?: string | undefined
}

export interface Commands {
  readonly commands: readonly CommandShape[]
  readonly topics: readonly TopicShape[]
}
