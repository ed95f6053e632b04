/** What the configuration sets for the mode of now and the other one does not read, and what would stop kube-proxy in that one. */
import { finding } from '../answer/finding.ts'
import type { Finding } from '../answer/finding.ts'
import { setField } from '../config/edit/set-field.ts'
import { fieldAt } from '../config/fields/index.ts'
import { judge } from '../config/judge.ts'
import type { Problem } from '../config/problem.ts'
import type { Settings } from '../config/settings.ts'
import { KpxError } from '../error.ts'
import { configFileOf } from '../platform/config-file.ts'
import { skipped, toAnyMode } from './check.ts'
import type { ClusterCheck } from './check.ts'
import type { CheckedNode } from './subject.ts'

export const lostSettings: ClusterCheck = {
  codes: ['KPX2005', 'KPX4123'],
  needs: 'cluster',
  applies: toAnyMode,
  ofCluster: ({ nodes, question: { mode = '' }, scene }) => {
    const changing = nodes.filter(({ changes }) => changes)
    if (changing.length === 0) return []
    const own = changing.find(({ settings }) => settings !== undefined)
    const started = own?.seen.started
    const text = started && configFileOf(started, scene.capture).text
    if (!own?.settings || text === undefined) return skipped("kube-proxy's configuration file was not seen")
    try {
      return problemsIn(text, mode, own.minor ?? own.settings.minor).flatMap((one) => told(one, own, mode))
    } catch (error) {
      if (error instanceof KpxError) return skipped(error.message)
      throw error
    }
  },
}

/** Those that the text has with the mode alone. */
function problemsIn(text: string, mode: string, minor: number): Problem[] {
  const before = new Set(judge(text, minor).problems.map(({ message }) => message))
  const after = judge(setField(text, 'mode', mode), minor).problems
  const isNew = ({ code, field, message }: Problem): boolean =>
    (code === 'KPX2005' || code === 'KPX2009') && field !== 'mode' && !before.has(message)
  return after.filter(isNew)
}

function told({ code, field = '', fix, message }: Problem, { settings }: CheckedNode, mode: string): Finding[] {
  if (code === 'KPX2005') return [{ ...finding(code, { message, field }), ...(fix !== undefined && { fix }) }]
  const value = settings?.line(field) ?? ''
  const counterpart = `${mode}.${field.split('.')[1]}`
  if (!settings || fieldAt(counterpart) === undefined) {
    const found = finding('KPX4123', { message: `${field} is ${value}, which ${mode} mode does not have`, field })
    return [{ ...found, fix: `if it was meant, stay; else: kpx config unset ${field}` }]
  }
  return carriedOver({ field, value, counterpart }, settings)
}

interface Pair {
  readonly field: string
  readonly value: string
  readonly counterpart: string
}

/** Periods matter to nobody but kube-proxy. */
function carriedOver({ counterpart, field, value }: Pair, settings: Settings): Finding[] {
  const other = settings.line(counterpart)
  if (other === value) return []
  const message = `${field} is ${value}, and what counts is ${counterpart}, ${other === '' ? 'which is not set' : `which is ${other}`}`
  const found = finding('KPX4123', { message, field })
  const level = /SyncPeriod$|\.syncPeriod$/.test(field) ? 'info' : found.level
  return [{ ...found, level, fix: `carry it over: kpx config set ${counterpart}=${value}` }]
}
