/**
 * The feature gates that a release's kube-proxy knows: those of every program of Kubernetes, since they share one table.
 * feature-gates.json was read from that table in the code of each release (pkg/features and the features packages of apiserver,
 * apiextensions-apiserver, client-go, component-base and controller-manager). A default that the code gives from a release's
 * compatibility version on (MinCompatibilityVersion) counts a release later: kube-proxy's own is the one before.
 */
import table from './feature-gates.json' with { type: 'json' }
import { minorOf } from '../version.ts'

export interface GateState {
  readonly stage: 'alpha' | 'beta' | 'deprecated' | 'stable'
  readonly on: boolean
  /** It cannot be set to anything else. */
  readonly locked: boolean
}

interface GateMilestone {
  /** `1.29`; of what is older than 1.19, 1.19. */
  readonly kubernetes: string
  /** None: the gate is gone. */
  readonly state: GateState | undefined
}

const texts: Readonly<Record<string, string>> = table.gates
const needs: Readonly<Record<string, string>> = table.needs

export const gateNames: readonly string[] = Object.keys(texts)

/** In order of release; empty for what never was a gate. */
function gateMilestones(name: string): GateMilestone[] {
  const text = Object.hasOwn(texts, name) ? texts[name] : undefined
  return (text ?? '').split(', ').flatMap((part): GateMilestone[] => {
    const [kubernetes = '', stage = '', value, lock] = part.split(' ')
    if (kubernetes === '') return []
    if (stage === 'gone') return [{ kubernetes, state: undefined }]
    return [
      { kubernetes, state: { stage: stage as GateState['stage'], on: value === 'on', locked: lock === 'locked' } },
    ]
  })
}

/** Undefined where that release does not know the gate. */
export const gateState = (name: string, minor: number): GateState | undefined =>
  gateMilestones(name).findLast(({ kubernetes }) => (minorOf(kubernetes) ?? 0) <= minor)?.state

/** As the configuration has it, or AllAlpha and AllBeta, or the release. */
export function gateIsOn(name: string, gates: ReadonlyMap<string, boolean>, minor: number): boolean {
  const state = gateState(name, minor)
  if (!state) return false
  const group =
    state.stage === 'alpha' ? gates.get('AllAlpha') : state.stage === 'beta' ? gates.get('AllBeta') : undefined
  return gates.get(name) ?? group ?? state.on
}

interface GateRefusal {
  readonly name: string
  /** kube-proxy's own words. */
  readonly detail: string
}

/** Why kube-proxy would exit with these gates. */
export function gateRefusals(gates: ReadonlyMap<string, boolean>, minor: number): GateRefusal[] {
  const refusals = [...gates].flatMap(([name, value]): GateRefusal[] => {
    const state = gateState(name, minor)
    if (!state) return [{ name, detail: `unrecognized feature gate: ${name}` }]
    if (!state.locked || state.on === value) return []
    return [{ name, detail: `cannot set feature gate ${name} to ${value}, feature is locked to ${state.on}` }]
  })
  return refusals.length > 0 ? refusals : unmetNeeds(gates, minor)
}

/** Since 1.35 a gate that is on needs others to be on. */
function unmetNeeds(gates: ReadonlyMap<string, boolean>, minor: number): GateRefusal[] {
  return Object.keys(needs).flatMap((name) => {
    if (!gateIsOn(name, gates, minor)) return []
    const off = needsOf(name, minor).filter((other) => !gateIsOn(other, gates, minor))
    if (off.length === 0) return []
    return [{ name, detail: `${name} is enabled, but depends on features that are disabled: [${off.join(' ')}]` }]
  })
}

function needsOf(name: string, minor: number): string[] {
  const parts = (needs[name] ?? '').split(', ').map((part) => part.split(' '))
  const [, ...others] = parts.findLast(([kubernetes = '']) => (minorOf(kubernetes) ?? 0) <= minor) ?? []
  return others
}
