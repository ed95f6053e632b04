/** The change of a platform that leaves the live object to its users: kpx makes it. */
import { quoted } from '../command-words.ts'
import type { OwnersWay } from './platform.ts'
import { configurationWith } from './setting.ts'
import type { Setting } from './setting.ts'

/** Throws KPX1001 for what cannot be set. */
export function kpxWay(wanted: readonly Setting[]): Pick<OwnersWay, 'commands'> {
  configurationWith(wanted)
  const set = wanted.filter(({ value }) => value !== null).map(({ path, value }) => quoted(`${path}=${value}`))
  const unset = wanted.filter(({ value }) => value === null).map(({ path }) => path)
  return {
    commands: [
      ...(set.length === 0 ? [] : [`kpx config set ${set.join(' ')}`]),
      ...(unset.length === 0 ? [] : [`kpx config unset ${unset.join(' ')}`]),
    ],
  }
}
