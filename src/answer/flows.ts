/** Files of flows: one `SOURCE DESTINATION` pair a line; empty lines and lines that begin with # say nothing. */
import { KpxError } from '../error.ts'

/** Names as the user types them. */
export interface FlowNames {
  readonly from: string
  readonly to: string
}

/** `name` is the file's, for errors. Throws KPX1001 for a line that is no pair, and for a file without any. */
export function parseFlows(text: string, name: string): FlowNames[] {
  const flows = text.split('\n').flatMap((line, i) => {
    const words = line.trim().split(/\s+/)
    if (words[0] === '' || words[0]?.startsWith('#')) return []
    const [from, to] = words
    if (from === undefined || to === undefined || words.length > 2) {
      throw new KpxError('KPX1001', `${name}:${i + 1}: "${line.trim().slice(0, 80)}" is not a SOURCE and a DESTINATION`)
    }
    return [{ from, to }]
  })
  if (flows.length === 0)
    throw new KpxError('KPX1001', `${name} has no flows`, { fix: 'write SOURCE DESTINATION lines' })
  return flows
}
