/** Values of fields after they were decoded. */

export interface VModuleItem {
  readonly filePattern: string
  readonly verbosity: number
}

/** Durations are nanoseconds (bigint); quantities are bytes in canonical text. */
export type Value =
  ReadonlyMap<string, boolean> | bigint | boolean | number | string | readonly string[] | readonly VModuleItem[]

/** A text as it is; empty for everything else. */
export const asText = (value: Value | undefined): string => (typeof value === 'string' ? value : '')
