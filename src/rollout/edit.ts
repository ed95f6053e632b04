/** An object's text in the person's editor, as often as it takes until it can be written, or is left as it was. */
import { ownerFindings } from '../answer/config/owner-findings.ts'
import type { FileEvidence, Finding } from '../answer/finding.ts'
import { nameOf } from '../cluster/applied.ts'
import { KpxError } from '../error.ts'
import { changeOf } from './change.ts'
import type { Change } from './change.ts'
import type { Subject } from './subject.ts'
import { insteadOf } from './owner.ts'
import { change } from './write.ts'
import type { ChangeOptions, Dialog } from './write.ts'

/** Opens a draft and resolves to what was saved. Throws KPX1023, KPX1024 and KPX2001. */
export type Editor = (draft: string) => Promise<string>

/** Codes of what a person can mend by editing on. */
const mendable = /^KPX20|^KPX2105$/

/** Throws KPX1023 to KPX1026, and what `change` throws. */
export async function edit(subject: Subject, editor: Editor, options: ChangeOptions, dialog: Dialog): Promise<Change> {
  const object = nameOf(subject.object)
  const owned = ownerFindings(subject, options.force)
  if (owned.some(({ level }) => level === 'error')) {
    const instead = insteadOf(subject.ownership, [], subject.recognition)
    return changeOf({ object, diff: '', findings: owned, instead })
  }
  let draft = subject.text
  for (let told: readonly Finding[] = []; ;) {
    const saved = withoutComments(await editor(comments(subject, told) + draft), draft)
    if (saved.trim() === '') throw new KpxError('KPX1026', 'the saved file is empty: nothing was changed')
    if (saved === subject.text) return changeOf({ object, diff: '' })
    const result = await change(subject, saved, options, dialog)
    const errors = result.findings.filter(({ code, level }) => level === 'error' && mendable.test(code))
    // whoever saves the same again has given up
    if (result.changed || errors.length === 0 || saved === draft) return result
    draft = saved
    told = errors
  }
}

const mark = '# kpx: '

function comments({ label }: Subject, told: readonly Finding[]): string {
  const intro = [
    `this is ${label}.`,
    'What you save is checked, and shown to you before it is written. Save it as it is to change nothing.',
    ...(told.length > 0 ? ['It was not taken:'] : []),
  ]
  const count = intro.length + told.length
  const lines = [...intro, ...told.map((finding) => errorLine(finding, count))]
  return lines.map((line) => `${mark}${line}\n`).join('')
}

/** Lines are counted as the editor does, with those above. */
function errorLine({ code, evidence, message }: Finding, above: number): string {
  const place = evidence.find((one): one is FileEvidence => 'column' in one)
  const where = place ? `line ${place.line + above}, column ${place.column}: ` : ''
  return `${code} ${where}${message.replaceAll(/[\r\n]+/g, ' ')}`
}

/** Editors end the last line, which `before` may not do. */
function withoutComments(saved: string, before: string): string {
  let at = 0
  while (saved.startsWith(mark, at)) {
    const end = saved.indexOf('\n', at)
    if (end < 0) return ''
    at = end + 1
  }
  const text = saved.slice(at)
  return !before.endsWith('\n') && text.endsWith('\n') ? text.replace(/\r?\n$/, '') : text
}
