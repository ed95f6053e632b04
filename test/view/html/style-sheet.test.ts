/** Colours that everybody can read, light and dark, and nothing that is loaded. */
import { expect } from 'chai'
import { styleSheet } from '../../../src/view/html/style-sheet.ts'

/** Relative luminance (WCAG 2.2). */
function luminance(colour: string): number {
  const digits = colour.length === 4 ? Array.from(colour.slice(1), (digit) => digit + digit).join('') : colour.slice(1)
  const [red = 0, green = 0, blue = 0] = [0, 2, 4]
    .map((at) => Number.parseInt(digits.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b)
  return (light + 0.05) / (dark + 0.05)
}

const schemes = [...styleSheet.matchAll(/:root \{ ([^}]*--paper[^}]*)\}/g)].map(([, text = '']) =>
  Object.fromEntries(
    Array.from(text.matchAll(/--([\w-]+): (#[0-9a-f]+);/g), ([, name = '', value = '']) => [name, value]),
  ),
)

describe('the style sheet', () => {
  it('has a light scheme and a dark one, in both of which every text has a contrast of 4.5 at least', () => {
    expect(schemes).to.have.length(2)
    for (const scheme of schemes) {
      const on = (text: string, ...papers: string[]): void => {
        for (const paper of papers)
          expect(contrast(scheme[text] ?? '', scheme[paper] ?? ''), `${text} on ${paper}`).to.be.greaterThan(4.5)
      }
      on('text', 'paper', 'panel', 'good-panel', 'warn-panel', 'bad-panel', 'key-panel')
      on('dim', 'paper', 'panel', 'key-panel')
      for (const tone of ['good', 'warn', 'bad', 'key']) on(tone, 'paper', 'panel', `${tone}-panel`)
      on('warn', 'bad-panel')
    }
  })

  it('loads nothing, and is text as any other', () => {
    expect(styleSheet).to.not.match(/url\(|@import|[<>&"\n]/)
  })
})
