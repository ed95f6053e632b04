/** A change as the owner of an object would make it: files and commands as they are, to be copied. */
import type { Instead } from '../rollout/change.ts'
import { bullet, heading, paragraph, terms } from './prose.ts'
import { sanitise } from './sanitise.ts'
import type { ViewOptions } from './style.ts'

export function insteadView({ by, commands, files, notes, refused }: Instead, options: ViewOptions): string {
  const nothing = files.length + commands.length === 0
  return [
    heading(nothing ? `${by} has no way to change it` : `How ${by} changes it`, options),
    ...files.map(({ path, text }) => paragraph(`write ${path}:`, options, '  ') + whole(text, options)),
    commands.length === 0 ? '' : paragraph(files.length === 0 ? 'type:' : 'then type:', options, '  '),
    whole(commands.map((command) => `${command}\n`).join(''), options),
    ...notes.map((note) => bullet(note, options)),
    refused.length === 0 ? '' : paragraph('It cannot set:', options, '  '),
    terms(
      refused.map(({ field, why }) => ({ term: `  ${field}`, text: why })),
      options,
    ),
  ].join('')
}

/** Lines that are copied are not broken. */
const whole = (text: string, { style }: ViewOptions): string =>
  text
    .split('\n')
    .slice(0, -1)
    .map((line) => `    ${style.key(sanitise(line))}\n`)
    .join('')
