/** The image that .recipes/Containerfile makes of this folder, which is built: its last stage, on Node as this machine has it. */
import { readFileSync, readdirSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { root } from '../kpx.ts'
import { busybox, librariesOf, sameFiles, type Content } from './files.ts'
import { archiveOf } from './images.ts'

/** The archive of an image with this tag. */
export async function kpxArchive(tag: string): Promise<Uint8Array> {
  const lines = readFileSync(join(root, '.recipes/Containerfile'), 'utf8').split('\n')
  const stage = lines.slice(lines.findLastIndex((line) => line.startsWith('FROM ')) + 1)
  const files = new Map<string, Content>([
    ['usr/local/bin/node', readFileSync(process.execPath)],
    ...sameFiles(await librariesOf([process.execPath])),
    // for the first line of bin/run.js
    ...busybox('env'),
    ['usr/bin/env', { link: '/bin/busybox' }],
  ])
  const config: Record<string, unknown> = { Env: ['PATH=/usr/local/bin:/usr/bin:/bin'] }
  for (const line of stage) for (const [path, content] of filesOf(line, config)) files.set(path, content)
  return archiveOf(tag, files, config)
}

/** What a line puts into the image; what it says of the image goes into its configuration. */
function filesOf(line: string, config: Record<string, unknown>): [string, Content][] {
  const [instruction = '', ...words] = line.split(' ')
  if (line === '') return []
  if (instruction === 'COPY') return copied(words.slice(1, -1), words.at(-1) ?? '')
  const link = /^RUN ln -s (\S+) \/(\S+)$/.exec(line)
  if (link) return [[link[2] ?? '', { link: link[1] ?? '' }]]
  if (instruction === 'USER') config['User'] = words[0]
  else if (instruction === 'ENTRYPOINT') config['Entrypoint'] = JSON.parse(words.join(' '))
  else if (instruction === 'CMD') config['Cmd'] = JSON.parse(words.join(' '))
  else throw new Error(`not known here: ${line}`)
  return []
}

/** Folders are copied as what they have, files into a folder that ends with a slash. */
const copied = (sources: readonly string[], target: string): [string, Content][] =>
  sources.flatMap((source) => {
    const own = join(root, source.replace(/^\/kpx\//, ''))
    if (!statSync(own).isDirectory()) return [[join(target, basename(source)).slice(1), readFileSync(own)]]
    return readdirSync(own, { recursive: true, encoding: 'utf8' })
      .filter((name) => statSync(join(own, name)).isFile())
      .map((name): [string, Content] => [join(target, name).slice(1), readFileSync(join(own, name))])
  })
