/** What a platform says that lets nobody set anything. */
import { settableModes } from './platform.ts'
import type { ModeVerdicts, Platform } from './platform.ts'

export const unsettable = (why: string): Pick<Platform, 'change' | 'modes'> => ({
  modes: () => Object.fromEntries(settableModes.map((mode) => [mode, why])) as ModeVerdicts,
  change: (wanted) => ({ refused: wanted.map(({ path }) => ({ field: path, why })) }),
})
