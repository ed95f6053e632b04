/** The container images, made of programs of this machine: archives as `docker save` writes them. */
import { createHash } from 'node:crypto'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { busybox, librariesOf, pathOf, sameFiles, tar, type Content, type Files } from './files.ts'

const architecture = process.arch === 'arm64' ? 'arm64' : 'amd64'

/** A pod's sandbox, client and server. */
export const toolsImage = 'localhost/tools:1'

export function kubeProxyImage(version: string): string {
  return `localhost/kube-proxy:v${version}`
}

/** The archive of the image `toolsImage`. Its own command waits to be told to end. */
export async function toolsArchive(echo: string): Promise<Uint8Array> {
  const files = new Map<string, Content>([['bin/echo', readFileSync(echo)], ...busybox('sh', 'cat', 'ls', 'ip')])
  return archiveOf(toolsImage, files, { Cmd: ['/bin/echo', 'wait'] })
}

/** The archive of kube-proxy's image: the program and the tools that it runs, and little beside them, as upstream's. */
export async function kubeProxyArchive(version: string, program: string): Promise<Uint8Array> {
  const tools = ['xtables-nft-multi', 'xtables-legacy-multi', 'nft', 'ipset', 'conntrack'].map(pathOf)
  const extensions = xtablesExtensions()
  const kmod = pathOf('kmod')
  // the other extensions need no library that these do not
  const libraries = await librariesOf([
    ...tools,
    kmod,
    ...extensions.filter((path) => path.endsWith('/libxt_statistic.so')),
  ])
  const files = new Map<string, Content>([
    ['usr/local/bin/kube-proxy', readFileSync(program)],
    // ipset reads the protocols' names from it
    ['etc/protocols', Buffer.from('icmp 1 ICMP\ntcp 6 TCP\nudp 17 UDP\nipv6-icmp 58 IPv6-ICMP\nsctp 132 SCTP\n')],
    ...sameFiles([...tools, ...extensions, ...libraries]),
    // without it kube-proxy of 1.34 and later leaves what IPVS has
    ['usr/sbin/modprobe', readFileSync(kmod)],
    ...namesOf('iptables', 'ip6tables', 'iptables-nft', 'ip6tables-nft').map(linkTo('xtables-nft-multi')),
    ...namesOf('iptables-legacy', 'ip6tables-legacy').map(linkTo('xtables-legacy-multi')),
    ...busybox('sh', 'cat', 'chmod', 'grep', 'ln', 'rm', 'sleep', 'wc'),
  ])
  return archiveOf(kubeProxyImage(version), files, { Env: ['PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'] })
}

/** As upstream's image has them: by their own name, which stands for nft's here, and by that of each flavour. */
const namesOf = (...names: readonly string[]): string[] =>
  names.flatMap((name) => [name, `${name}-save`, `${name}-restore`])

const linkTo =
  (program: string) =>
  (name: string): [string, Content] => [`usr/sbin/${name}`, { link: program }]

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

/** The archive of an image of these files. */
export async function archiveOf(tag: string, files: Files, config: object): Promise<Uint8Array> {
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
