/** A value as one JSON document, or as YAML. */
import { escapeJson, guard } from './sanitise.ts'

export function json(value: object): string {
  return escapeJson(JSON.stringify(value, null, 2)) + '\n'
}

/** Loads js-yaml only when it is asked for. */
export async function yaml(value: object): Promise<string> {
  const { dump } = await import('js-yaml')
  // a round trip through JSON drops what JSON has no word for, so that both documents say the same
  const plain: unknown = JSON.parse(JSON.stringify(value))
  return guard(dump(plain, { lineWidth: -1, noRefs: true }), false)
}
