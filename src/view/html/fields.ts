/** Names and what is said of them. */
import type { Field } from '../prose.ts'
import { element } from './element.ts'
import type { Element } from './element.ts'

/** A field without any text is not shown. */
export const fieldsOf = (all: readonly Field[]): Element =>
  element(
    'dl',
    {},
    all
      .filter(({ text }) => text.length > 0)
      .map(({ name, text }) =>
        element(
          'div',
          {},
          element('dt', {}, name),
          [text].flat().map((one) => element('dd', {}, one)),
        ),
      ),
  )
