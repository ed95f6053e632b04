/** What `kpx job` is given, judged before a cluster is asked to run it. */
import type { CommandShape } from './complete/shape.ts'
import { KpxError } from './error.ts'

/** The Job's name by the command that it runs: `kpx-mode-check`. Throws KPX1001 for words that name none, and for a command that changes something. */
export function jobNameOf(words: readonly string[], commands: readonly CommandShape[]): string {
  const ends = Array.from(words, (_, i) => words.slice(0, i + 1).join(':')).toReversed()
  const command = ends.flatMap((id) => commands.find((one) => one.id === id && one.hidden !== true) ?? [])[0]
  if (!command) {
    throw new KpxError('KPX1001', `kpx has no command "${words.join(' ')}"`, { fix: 'see which there are: kpx --help' })
  }
  const name = command.id.replaceAll(':', ' ')
  // whoever changes something asks for consent
  if ('yes' in command.flags) {
    throw new KpxError('KPX1001', `the Job may only read, and kpx ${name} changes the cluster`, {
      fix: 'run it where somebody looks at it',
    })
  }
  return `kpx-${command.id.replaceAll(':', '-')}`
}

/** Names of Kubernetes' (RFC 1123), an image, and times of cron; throws KPX1001 for what is none. */
export function refuseNames(names: readonly (string | undefined)[], image: string, schedule: string | undefined): void {
  for (const name of names) {
    if (name === undefined || /^[a-z0-9]([a-z0-9-]{0,50}[a-z0-9])?$/.test(name)) continue
    throw wrong(`"${name}" is no name of an object`, 'use up to 52 letters a to z, digits and hyphens')
  }
  if (!/^\S+$/.test(image)) throw wrong(`"${image}" is no image`, 'name one, for example registry.example/kpx:1')
  if (schedule !== undefined && !/^(@\w+|\S+(?: +\S+){4})$/.test(schedule.trim()))
    throw wrong(`"${schedule}" tells no times of cron`, "write five fields, for example '0 6 * * *'")
}

const wrong = (message: string, fix: string): KpxError => new KpxError('KPX1001', message, { fix })
