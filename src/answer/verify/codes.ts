/** The codes of what kpx verify finds. */
import type { Code } from '../../codes.ts'
import type { DifferenceKind } from './compare.ts'

export const codeOf: Readonly<Record<DifferenceKind, Code>> = {
  stale: 'KPX3001',
  reply: 'KPX3002',
  unknown: 'KPX3003',
  untranslated: 'KPX3005',
  missed: 'KPX3006',
  stopped: 'KPX3011',
  shares: 'KPX3012',
  passes: 'KPX3013',
  strays: 'KPX3014',
  masquerade: 'KPX3015',
  affinity: 'KPX3016',
}

/** Of what kpx status finds, what changes connections. */
export const ofStatus: readonly Code[] = ['KPX2101', 'KPX2102', 'KPX3007', 'KPX3008', 'KPX3009', 'KPX3010']

/** What verify looks for. */
export const verifyCodes: readonly Code[] = [
  ...new Set<Code>([
    ...ofStatus,
    ...Object.values(codeOf),
    'KPX3004',
    'KPX3017',
    'KPX3018',
    'KPX3019',
    'KPX3021',
    'KPX3022',
    'KPX4004',
  ]),
].sort()
