/** XML as tests read it: throws for what is not well-formed. No entities but the five, no comments, no namespaces. */

export interface Element {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: Element[]
  text: string
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

function unescaped(text: string): string {
  if (/[<>]|&(?!(?:amp|lt|gt|quot|apos);)/.test(text)) throw new Error(`not escaped: ${text}`)
  // eslint-disable-next-line no-control-regex -- what XML 1.0 has no words for
  if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udfff](?![\udc00-\udfff])/u.test(text))
    throw new Error(`no character of XML: ${JSON.stringify(text)}`)
  return text.replace(/&(\w+);/g, (_, name: string) => entities[name] ?? '')
}

function attributesIn(text: string): Record<string, string> {
  const all = [...text.matchAll(/ ([\w:-]+)="([^"]*)"/g)]
  if (all.map(([one]) => one).join('') !== text) throw new Error(`attributes: ${text}`)
  return Object.fromEntries(all.map(([, name = '', value = '']) => [name, unescaped(value)]))
}

export function parseXml(text: string): Element {
  const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n'
  if (!text.startsWith(declaration)) throw new Error('no declaration')
  const top: Element = { name: '', attributes: {}, children: [], text: '' }
  const open = [top]
  for (const [, end = '', name = '', attributes = '', empty = '', between = ''] of text
    .slice(declaration.length)
    .matchAll(/<(\/?)([\w-]+)((?: [\w:-]+="[^"]*")*)(\/?)>([^<]*)/g)) {
    const parent = open.at(-1)
    if (!parent) throw new Error('ends too early')
    if (end !== '') {
      if (open.pop()?.name !== name) throw new Error(`</${name}> ends another`)
    } else {
      const element = { name, attributes: attributesIn(attributes), children: [], text: '' }
      parent.children.push(element)
      if (empty === '') open.push(element)
    }
    const last = open.at(-1)
    if (last) last.text += unescaped(between)
  }
  const [root] = top.children
  if (!root || open.length !== 1 || top.children.length !== 1) throw new Error('no one root')
  return root
}
