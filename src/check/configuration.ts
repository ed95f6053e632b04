/** What kube-proxies make of their configuration and flags: those of now, and that of the release that is to be installed. */
import { filesOf } from '../answer/config/files.ts'
import { overruledFields } from '../answer/config/overruled.ts'
import { placeOf } from '../answer/config/place.ts'
import { judgeFiles, minorOfFiles, ofCommands, ofConfigs, unreadIn } from '../answer/config/validate.ts'
import type { ConfigFile } from '../answer/config/validate.ts'
import type { Finding } from '../answer/finding.ts'
import { newestMinor } from '../config/version.ts'
import { KpxError } from '../error.ts'
import { skipped, whole } from './check.ts'
import type { Checked, ClusterCheck } from './check.ts'
import type { Subject } from './subject.ts'

export const configuration: ClusterCheck = {
  codes: [...ofConfigs, ...ofCommands, 'KPX2016'],
  needs: 'static',
  applies: whole,
  ofCluster: (subject) => {
    const { files, question } = subject
    // where no image names a release, it is the one that is asked about
    const asked = Math.min(question.kubernetes ?? newestMinor, newestMinor)
    if (files) return asFarAsRead(judged(files, [minorOfFiles(files) ?? asked], subject))
    try {
      return asFarAsRead(ofPlace(subject))
    } catch (error) {
      if (error instanceof KpxError) return skipped(error.message)
      throw error
    }
  },
}

/** Throws KPX2103 where the configuration was not seen. */
function ofPlace(subject: Subject): Finding[] {
  const place = placeOf(subject.scene.capture, undefined)
  const minors = [...new Set(subject.nodes.flatMap(({ minor }) => minor ?? []))].sort((a, b) => a - b)
  const { container, file, minor, version } = place
  const started = { command: container.words, config: file.text ?? '', version: version ?? undefined }
  const overruled = file.text === undefined ? [] : overruledFields(started, minor)
  return [...judged(filesOf(place).files, minors.length === 0 ? [minor] : minors, subject), ...overruled]
}

/** What cannot be read has passed no other check. */
function asFarAsRead(found: readonly Finding[]): Checked {
  const why = unreadIn(found)
  return why === undefined ? found : { skipped: why, found }
}

/** By each release; what two say of the same place is told once. */
function judged(files: readonly ConfigFile[], minors: readonly number[], { question }: Subject): Finding[] {
  const { kubernetes, mode } = question
  const told = new Map<string, Finding>()
  const coming = kubernetes === undefined ? [] : [Math.min(kubernetes, newestMinor)]
  for (const minor of [...minors, ...coming.filter((one) => !minors.includes(one))]) {
    for (const found of judgeFiles(files, minor)) {
      if (mode !== undefined && isOfMode(found)) continue
      const key = JSON.stringify([found.code, found.field, found.object, found.evidence])
      const message = minors.length === 1 && minors.includes(minor) ? found.message : `1.${minor}: ${found.message}`
      if (!told.has(key)) told.set(key, { ...found, message })
    }
  }
  return [...told.values()]
}

/** Of the mode of now, where another is asked about. */
const isOfMode = ({ code, field }: Finding): boolean => field === 'mode' && (code === 'KPX2010' || code === 'KPX2011')
