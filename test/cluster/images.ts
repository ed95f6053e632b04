/** The container images, made of programs of this machine: archives as `docker save` writes them. */
import { createHash } from 'node:crypto'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { pack } from 'tar-stream'
import { programPath } from './packages.ts'
import { run } from './run.ts'

/** What a path of the image has: the bytes of a file, or the target of a link. */
type Content = Uint8Array | { readonly link: string }

const architecture = process.arch === 'arm64' ? 'arm64' : 'amd64'

/** A pod's sandbox, client and server. */
export const toolsImage = 'localhost/tools:1'

export function kubeProxyImage(version: string): string {
  return `localhost/kube-proxy:v${version}`
}

/** The archive of the image `toolsImage`. Its own command waits to be told to end. */
export async function toolsArchive(echo: string): Promise<Uint8Array> {
  const files = new Map<string, Content>([['bin/echo', readFileSync(echo)], ...busybox('sh', 'cat', 'ls', 'ip')])
  return archive(toolsImage, files, { Cmd: ['/bin/echo', 'wait'] })
}

/** The archive of kube-proxy's image: the program and the tools that it runs, and little beside them, as upstream's. */
export async function kubeProxyArchive(version: string, program: string): Promise<Uint8Array> {
  const tools = ['xtables-nft-multi', 'nft', 'ipset', 'conntrack'].map(pathOf)
  const extensions = xtablesExtensions()
  // the other extensions need no library that these do not
  const libraries = await librariesOf([...tools, ...extensions.filter((path) => path.endsWith('/libxt_statistic.so'))])
  const files = new Map<string, Content>([
    ['usr/local/bin/kube-proxy', readFileSync(program)],
    // ipset reads the protocols' names from it
    ['etc/protocols', Buffer.from('icmp 1 ICMP\ntcp 6 TCP\nudp 17 UDP\nipv6-icmp 58 IPv6-ICMP\nsctp 132 SCTP\n')],
    ...[...tools, ...extensions, ...libraries].map((path): [string, Content] => [path.slice(1), readFileSync(path)]),
    ...iptablesNames.map((name): [string, Content] => [`usr/sbin/${name}`, { link: 'xtables-nft-multi' }]),
    ...busybox('sh', 'cat', 'chmod', 'grep', 'ln', 'rm', 'sleep', 'wc'),
  ])
  return archive(kubeProxyImage(version), files, { Env: ['PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'] })
}

/** As upstream's image has them: both by their own name, and by that of the flavour. */
const iptablesNames = ['iptables', 'ip6tables', 'iptables-nft', 'ip6tables-nft'].flatMap((name) => [
  name,
  `${name}-save`,
  `${name}-restore`,
])

function busybox(...applets: string[]): [string, Content][] {
  const links = applets.map((name): [string, Content] => [`bin/${name}`, { link: 'busybox' }])
  return [['bin/busybox', readFileSync(pathOf('busybox'))], ...links]
}

function pathOf(name: string): string {
  const path = programPath(name)
  if (path === undefined) throw new Error(`no ${name} on this machine`)
  return path
}

/** iptables loads them by name, so no program lists them. */
function xtablesExtensions(): string[] {
  const folders = readdirSync('/usr/lib', { withFileTypes: true }).map(({ name }) => join('/usr/lib', name, 'xtables'))
  return folders.flatMap((folder) => filesOf(folder).map((name) => join(folder, name)))
}

function filesOf(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

/** By the paths that the loader opens. */
async function librariesOf(paths: readonly string[]): Promise<string[]> {
  const printed = await run('ldd', paths)
  return [...new Set([...printed.matchAll(/^\s+(?:\S+ => )?(\/\S+) \(0x/gm)].map((match) => match[1] ?? ''))]
}

async function archive(tag: string, files: ReadonlyMap<string, Content>, config: object): Promise<Uint8Array> {
  const layer = await tar(files)
  const rootfs = { type: 'layers', diff_ids: [`sha256:${createHash('sha256').update(layer).digest('hex')}`] }
  const image = Buffer.from(JSON.stringify({ architecture, os: 'linux', config, rootfs }))
  const name = `${createHash('sha256').update(image).digest('hex')}.json`
  const manifest = [{ Config: name, RepoTags: [tag], Layers: ['layer.tar'] }]
  return tar(
    new Map<string, Content>([
      [name, image],
      ['layer.tar', layer],
      ['manifest.json', Buffer.from(JSON.stringify(manifest))],
    ]),
  )
}

async function tar(files: ReadonlyMap<string, Content>): Promise<Uint8Array> {
  const out = pack()
  for (const [name, content] of files) {
    if ('link' in content) out.entry({ name, type: 'symlink', linkname: content.link })
    else out.entry({ name, mode: 0o755 }, Buffer.from(content.buffer, content.byteOffset, content.byteLength))
  }
  out.finalize()
  return buffer(out)
}
