/** Many configurations, each to kpx and to a real kube-proxy. */
import { differences } from './config-differences.ts'
import { generateConfig } from './config-generator.ts'
import { configOracle } from './config-oracle.ts'

export interface Comparison {
  readonly accepted: number
  readonly refused: number
  /** What was asked, and how the answers differ. */
  readonly different: readonly { readonly index: number; readonly text: string; readonly how: readonly string[] }[]
}

/** Configurations `first` to `first + count - 1` of the seed, two at a time. */
export async function compareConfigs(version: string, seed: number, count: number, first = 0): Promise<Comparison> {
  const oracle = await configOracle(version)
  const minor = Number(version.split('.')[1])
  const different: { index: number; text: string; how: string[] }[] = []
  let [accepted, next] = [0, first]
  const work = async (): Promise<void> => {
    while (next < first + count) {
      const index = next++
      const text = generateConfig(seed, index)
      const verdict = await oracle.ask(text)
      if (verdict.written !== undefined) accepted++
      const how = differences(text, minor, verdict)
      if (how.length > 0) different.push({ index, text, how })
    }
  }
  try {
    await Promise.all([work(), work()])
  } finally {
    oracle.close()
  }
  return { accepted, refused: count - accepted, different }
}
