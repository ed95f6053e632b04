/** A value as one JSON document, or as YAML. */
import { escapeJson, escapeYaml, isUnsafe } from './sanitise.ts'

export function json(value: object): string {
  return escapeJson(JSON.stringify(value, null, 2)) + '\n'
}

/** Loads js-yaml only when it is asked for. */
export async function yaml(value: object): Promise<string> {
  const { SCALAR_STYLE_DOUBLE_QUOTED, dump, visit } = await import('js-yaml')
  // a round trip through JSON drops what JSON has no word for, so that both documents say the same
  const plain: unknown = JSON.parse(JSON.stringify(value))
  const document = dump(plain, {
    lineWidth: -1,
    noRefs: true,
    // only double quotes have escapes
    transform: (documents) =>
      visit(documents, (node) => {
        if (node.kind === 'scalar' && isUnsafe(node.value)) node.style = SCALAR_STYLE_DOUBLE_QUOTED
      }),
  })
  return escapeYaml(document)
}
