/** What objects are called. */
import { object, text } from './json.ts'

/** `NAMESPACE/NAME`, or `NAME` of what has no namespace. */
export const namesOf = (all: readonly unknown[]): string[] =>
  all.flatMap((one) => {
    const metadata = object(object(one)['metadata'])
    const [name, namespace] = [text(metadata['name']), text(metadata['namespace'])]
    return name === '' ? [] : [namespace === '' ? name : `${namespace}/${name}`]
  })
