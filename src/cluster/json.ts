/** The API's JSON with nothing taken for granted: what is not of the wanted type is as if it were not there. */
export type Json = Readonly<Record<string, unknown>>

export const object = (value: unknown): Json => (typeof value === 'object' && value !== null ? (value as Json) : {})
export const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
export const objects = (value: unknown): readonly Json[] => list(value).map(object)
export const text = (value: unknown): string => (typeof value === 'string' ? value : '')
export const texts = (value: unknown): string[] =>
  list(value)
    .map(text)
    .filter((one) => one !== '')
export const number = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined)
