/** `npm run oracle -- [--kubernetes 1.37.1]... [--seed 1] [--count 2000] [--first 0]`: prints what kpx and kube-proxy say differently. */
import { parseArgs } from 'node:util'
import { compareConfigs } from './config-compare.ts'
import { oracleVersions } from './config-oracle.ts'

const { values } = parseArgs({
  options: {
    kubernetes: { type: 'string', multiple: true, default: [...oracleVersions] },
    seed: { type: 'string', default: '1' },
    count: { type: 'string', default: '2000' },
    first: { type: 'string', default: '0' },
  },
})

for (const version of values.kubernetes) {
  const { accepted, different, refused } = await compareConfigs(
    version,
    Number(values.seed),
    Number(values.count),
    Number(values.first),
  )
  for (const { how, index, text } of different) {
    process.stdout.write(
      `--- ${version} --seed ${values.seed} --first ${index} --count 1\n${text}\n--- ${how.join('\n--- ')}\n`,
    )
  }
  process.stdout.write(`${version}: ${accepted} accepted, ${refused} refused, ${different.length} different\n`)
  if (different.length > 0) process.exitCode = 1
}
