/** Which units systemd has and runs, as `systemctl show --property=... UNIT...` tells: of each its properties, between empty lines. */
import { LineLog, forEachLine } from './lines.ts'
import type { LineReport, SourceFile } from './source.ts'

interface Unit {
  /** `nftables.service`. */
  readonly id: string
  /** ActiveState is `active`: it was started, and has not been stopped since. */
  readonly isActive: boolean
  /** UnitFileState is `enabled`: it is started with the node. */
  readonly isEnabled: boolean
  /** The line of its Id. */
  readonly line: number
  readonly text: string
}

export interface DecodedSystemctlShow {
  readonly units: readonly Unit[]
  readonly report: () => LineReport
}

export function decodeSystemctlShow(source: SourceFile): DecodedSystemctlShow {
  const all: Unit[] = []
  let unit = unnamed
  const end = (): void => {
    if (unit.id !== '') all.push(unit)
    unit = unnamed
  }
  const log = new LineLog(source)
  log.lines = forEachLine(source.text, (start, stop, line) => {
    const text = source.text.slice(start, stop)
    const [, name, value = ''] = property.exec(text) ?? []
    if (text === '') {
      end()
      log.ignore(line, 'blank line')
    } else if (name === 'Id') unit = { ...unit, id: value, line, text }
    else if (name === 'ActiveState') unit = { ...unit, isActive: value === 'active' }
    else if (name === 'UnitFileState') unit = { ...unit, isEnabled: value === 'enabled' }
    else log.unknown(line, start, stop, 'it is no property that kpx asks for')
  })
  end()
  return { units: all, report: () => log.report() }
}

const unnamed: Unit = { id: '', isActive: false, isEnabled: false, line: 0, text: '' }

const property = /^(\w+)=(.*)$/
