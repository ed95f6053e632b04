/** What a virtual machine boots from: Debian's kernel, an initramfs with the disks' drivers, and a disk with a node's programs. */
import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cacheFolder } from '../binaries.ts'
import { busybox, librariesOf, pathOf, sameFiles, type Content, type Files } from '../files.ts'
import { run } from '../run.ts'
import { say } from '../say.ts'
import { fillContainerd } from './containerd.ts'
import { debianKernel, moduleFiles, type Kernel } from './kernel.ts'

/** Paths in the cache. */
export interface Boot {
  readonly kernel: string
  readonly initramfs: string
  readonly disk: string
}

/** /dev comes with the initramfs. */
const folders = ['dev', 'proc', 'root', 'run', 'sys', 'tmp', 'var/lib', 'var/log']
const diskDrivers = ['virtio_pci', 'virtio_blk']

/** From the cache: what is in the files is the key. `images`: the archives of those that the node has. */
export async function bootFiles(kubelet: string, images: readonly Uint8Array[]): Promise<Boot> {
  const kernel = await debianKernel()
  const [initramfs, disk] = [await initramfsFiles(kernel), await diskFiles(kubelet)]
  const key = createHash('sha256').update(kernel.version)
  for (const [path, content] of [...initramfs, ...disk])
    key.update(path).update('link' in content ? content.link : content)
  for (const image of images) key.update(image)
  const folder = join(cacheFolder, `vm-${key.digest('hex').slice(0, 12)}`)
  if (!existsSync(folder)) await make(folder, { kernel, initramfs, disk, images })
  return { kernel: kernel.image, initramfs: join(folder, 'initramfs'), disk: join(folder, 'disk') }
}

async function initramfsFiles(kernel: Kernel): Promise<Files> {
  const modules = await moduleFiles(kernel, diskDrivers)
  return new Map<string, Content>([
    ['init', readFileSync(fileURLToPath(new URL('initramfs.sh', import.meta.url)))],
    ['modules', Buffer.from(modules.map((file) => basename(file)).join('\n'))],
    ...modules.map((file): [string, Content] => [basename(file), readFileSync(file)]),
    ...busybox(),
  ])
}

async function diskFiles(kubelet: string): Promise<Files> {
  const names = ['containerd', 'containerd-shim-runc-v2', 'ctr', 'runc', 'ip', 'ipvsadm', 'kmod']
  const plugins = ['bridge', 'host-local', 'loopback'].map((name) => `/usr/lib/cni/${name}`)
  return new Map<string, Content>([
    ...names.map((name): [string, Content] => [`usr/sbin/${name}`, readFileSync(pathOf(name))]),
    ...sameFiles([...plugins, ...(await librariesOf([...names.map(pathOf), ...plugins]))]),
    // where the kernel looks for it
    ['sbin/modprobe', { link: '/usr/sbin/kmod' }],
    ['usr/local/bin/kubelet', readFileSync(kubelet)],
    ...busybox('sh', 'mount', 'umount'),
    // kubelet reads them
    ['etc/hosts', Buffer.from('127.0.0.1 localhost\n')],
    ['etc/passwd', Buffer.from('root:x:0:0:root:/:/bin/sh\n')],
  ])
}

interface Parts {
  readonly kernel: Kernel
  readonly initramfs: Files
  readonly disk: Files
  readonly images: readonly Uint8Array[]
}

async function make(folder: string, parts: Parts): Promise<void> {
  const done = say(`making ${basename(folder)}, a disk with Linux ${parts.kernel.version}`)
  const work = mkdtempSync(`${folder}-`)
  try {
    mkdirSync(join(work, 'made'))
    await makeInitramfs(join(work, 'initramfs'), parts.initramfs, join(work, 'made/initramfs'))
    await makeDisk(join(work, 'disk'), parts, join(work, 'made/disk'))
    renameSync(join(work, 'made'), folder)
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
  done()
}

async function makeInitramfs(root: string, files: Files, file: string): Promise<void> {
  putAll(root, files, ['dev', 'root'])
  const input = ['dev', 'root', 'bin', ...files.keys()].join('\n')
  await run('busybox', ['cpio', '-o', '-H', 'newc', '-F', file], { cwd: root, input: `${input}\n` })
}

/** No journal: it is never written to, as each start has its own changes. */
async function makeDisk(root: string, { kernel, disk, images }: Parts, file: string): Promise<void> {
  putAll(root, disk, folders)
  await run('cp', ['--archive', join(kernel.folder, 'lib/modules'), join(root, 'lib')])
  await fillContainerd(join(root, 'var/lib/containerd'), images)
  await run('mke2fs', ['-q', '-t', 'ext4', '-O', '^has_journal', '-d', root, file, '1G'])
}

function putAll(root: string, files: Files, folders: readonly string[]): void {
  for (const folder of folders) mkdirSync(join(root, folder), { recursive: true })
  for (const [path, content] of files) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    if ('link' in content) symlinkSync(content.link, join(root, path))
    else writeFileSync(join(root, path), content, { mode: 0o755 })
  }
}
