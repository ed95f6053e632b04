/** `kpx explain code`: what an error or finding means, what to do, and where this recording has it. */
import type { Service } from '../cluster/objects.ts'
import { catalogue } from '../codes.ts'
import type { CatalogueEntry, Code } from '../codes.ts'
import { KpxError } from '../error.ts'
import { nearest } from '../nearest.ts'
import { offlineDocumentOf } from './document.ts'
import type { OfflineDocument } from './document.ts'
import { explainPorts } from './explain-service.ts'
import type { Finding } from './finding.ts'
import type { Scene } from './scene.ts'
import { serviceFindingCodes, serviceFindings } from './service-findings.ts'
import { statusFindingCodes } from './status/findings.ts'
import { verifyCodes } from './verify/codes.ts'

export type CodeExplanation = OfflineDocument<'CodeExplanation'> &
  Pick<CatalogueEntry, 'fix' | 'level' | 'title' | 'why'> & {
    readonly code: Code
    /** The exit code that it leads to; null for what does not change it. */
    readonly exit: number | null
    /** Where the recording has it; null without a capture, and for codes that kpx does not look for here. */
    readonly found: readonly Finding[] | null
  }

export interface CodeList extends OfflineDocument<'CodeList'> {
  readonly items: readonly Pick<CatalogueEntry, 'code' | 'level' | 'title'>[]
}

type KnownEntry = CatalogueEntry & { readonly code: Code }
const entries: readonly KnownEntry[] = catalogue

export const listCodes = (): CodeList => ({
  ...offlineDocumentOf('CodeList', undefined),
  items: entries.map(({ code, level, title }) => ({ code, level, title })),
})

/** `KPX3001`, in any case, or `3001`. Throws KPX1001 for what is no code. */
export function findCode(text: string): KnownEntry {
  const code = /^\d+$/.test(text) ? `KPX${text}` : text.toUpperCase()
  const entry = entries.find((one) => one.code === code)
  if (entry) return entry
  const near = nearest(
    code,
    entries.map((one) => ({ name: one.code })),
  )
  const all = 'kpx explain code lists all codes'
  throw new KpxError('KPX1001', `kpx has no code "${text}"`, { fix: near ? `did you mean ${near.name}? ${all}` : all })
}

interface Recording {
  readonly scene: Scene
  readonly services: readonly Service[]
  readonly nodes: readonly string[]
}

export const explainCode = async (
  { code, exit, fix, level, title, why }: KnownEntry,
  recording: Recording | undefined,
): Promise<CodeExplanation> => ({
  ...offlineDocumentOf('CodeExplanation', recording?.scene),
  code,
  level,
  title,
  why,
  fix,
  exit: exit ?? (isThrown(code) ? 2 : level === 'error' ? 1 : null),
  found: recording ? await foundIn(recording, code) : null,
})

async function foundIn({ nodes, scene, services }: Recording, code: Code): Promise<readonly Finding[] | null> {
  const isOwn = (finding: Finding): boolean => finding.code === code
  if (statusFindingCodes.includes(code)) {
    // it reads the configuration, and its language takes a while to load
    const { statusOf } = await import('./status/status.ts')
    return statusOf(scene, nodes).findings.filter(isOwn)
  }
  if (serviceFindingCodes.includes(code)) {
    const findings = services.flatMap((service) => serviceFindings(service, explainPorts(service, nodes, scene), scene))
    return findings.filter(isOwn)
  }
  if (!verifyCodes.includes(code)) return null
  const [{ observe }, { verificationOf }] = await Promise.all([
    import('./verify/observe.ts'),
    import('./verify/verify.ts'),
  ])
  return verificationOf(observe(services, nodes, scene), 'never').findings.filter(isOwn)
}

/** KPX1nnn end the command; the others are findings in an answer. */
const isThrown = (code: Code): boolean => code.startsWith('KPX1')
