/** Many rulesets, in as many namespaces at a time as there is work for. */
import { join } from 'node:path'
import { filesOf, writeCapture } from '../../src/capture/write.ts'
import { Lab } from './lab.ts'
import type { Wrong } from './lab.ts'
import { captureOf } from './prediction.ts'
import { rulesetBy } from './ruleset.ts'
import type { Kind, Ruleset } from './ruleset.ts'
import { shrunk } from './shrink.ts'
import { Tally } from './tally.ts'

export interface Run {
  readonly seed: number
  readonly from: number
  readonly rulesets: number
  readonly packets: number
  readonly kinds: readonly Kind[]
  /** Namespaces; the prediction is made in this process, while the kernel works. */
  readonly jobs: number
  /** Where what kpx was given is written, for what it is wrong about. */
  readonly folder: string
  readonly tell: (text: string) => void
}

/** Of those that go wrong in one run; each takes some seconds. */
const mostShrunk = 5

export async function run(
  { folder, from, jobs, kinds, packets, rulesets, seed, tell }: Run,
  tally = new Tally(),
): Promise<Tally> {
  let next = from
  let left = mostShrunk
  const work = async (): Promise<void> => {
    const lab = await Lab.start()
    try {
      for (let index = next++; index < from + rulesets; index = next++) {
        const ruleset = rulesetBy(seed, index, kinds, packets)
        const result = await lab.try(ruleset)
        tally.add(ruleset.kind, result)
        const [wrong] = result.wrong
        const again = `--seed ${seed} --index ${index} --kinds ${kinds.join(',')} --packets ${packets}`
        if (result.refused !== undefined) tell(`${again}: the kernel does not take it: ${result.refused}\n`)
        if (wrong)
          tell(
            left-- > 0
              ? await story(ruleset, wrong, again, join(folder, `${seed}-${index}`), lab)
              : `${again}: ${summary(wrong)}\n`,
          )
      }
    } finally {
      await lab.end()
    }
  }
  await Promise.all(Array.from({ length: jobs }, work))
  return tally
}

const summary = ({ how, sent }: Wrong): string => `${sent.from} ${sent.to}: ${how}`

/** What kpx said, what happened, and the rules, as few as show it. */
async function story(ruleset: Ruleset, wrong: Wrong, again: string, folder: string, lab: Lab): Promise<string> {
  const small = await shrunk(ruleset, wrong.sent, lab)
  const {
    files,
    wrong: [still = wrong],
  } = await lab.try(small)
  await writeCapture(filesOf(captureOf(files)), folder)
  const scripts = small.scripts.map(({ argv, lines }) => [`# ${argv.join(' ')}`, ...lines].join('\n'))
  return [
    `${again}: ${summary(wrong)}`,
    `  said: ${still.outcomes.map(({ share, sourceSeen, verdict, why }) => `${(100 * share).toFixed(1)} % ${verdict}, source ${sourceSeen}: ${why}`).join('\n        ')}`,
    `  met:  ${JSON.stringify(still.met)}`,
    `  see:  kpx trace ${still.sent.from} ${still.sent.to} --from ${folder}`,
    ...Object.entries(small.sysctls).map(([name, value]) => `# ${name} = ${value}`),
    ...scripts,
    '',
  ].join('\n')
}
