/** Names that were asked for a moment ago, in the user's cache folder: whoever presses Tab does so again. */
import { mkdir, readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { writeOutput } from './capture/output.ts'
import { number, object, texts } from './cluster/json.ts'

/** Milliseconds that they are taken for what is there. */
const freshness = 10_000

/** Those of the key, or what `ask` finds, which is kept; undefined where it finds out nothing. A cache that cannot be used is none. */
export async function cachedNames(
  key: string,
  ask: () => Promise<readonly string[] | undefined>,
  env: NodeJS.ProcessEnv,
): Promise<readonly string[] | undefined> {
  const folder = join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'kpx')
  const file = join(folder, 'names.json')
  const fresh = await freshIn(file)
  const kept = fresh[key]
  if (kept) return texts(object(kept)['names'])
  const names = await ask()
  if (!names) return undefined
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    await writeOutput('cache', file, JSON.stringify({ ...fresh, [key]: { at: Date.now(), names } }))
  } catch {
    // it is only slower without
  }
  return names
}

/** What is older is forgotten with the next write. */
async function freshIn(file: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    const all = object(JSON.parse(await readFile(file, 'utf8')))
    const age = (kept: unknown): number => Date.now() - (number(object(kept)['at']) ?? 0)
    return Object.fromEntries(Object.entries(all).filter(([, kept]) => age(kept) >= 0 && age(kept) < freshness))
  } catch {
    return {}
  }
}
