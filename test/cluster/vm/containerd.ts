/** containerd's folder with images in it: to unpack them takes an emulated processor long. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { attempt, run } from '../run.ts'
import { until } from '../until.ts'

/** Starts a containerd of its own on this machine, as long as it takes. */
export async function fillContainerd(root: string, images: readonly Uint8Array[]): Promise<void> {
  mkdirSync(root)
  const state = mkdtempSync(join(tmpdir(), 'kpx-containerd-'))
  const [config, socket] = [join(state, 'config.toml'), join(state, 'socket')]
  writeFileSync(config, configOf(state))
  const argv = ['--config', config, '--root', root, '--state', state, '--address', socket]
  const containerd = spawn('containerd', argv, { stdio: 'ignore' })
  const ended = once(containerd, 'exit')
  try {
    await until('containerd answers', async () => (await attempt('ctr', ['-a', socket, 'version'])).exit === 0)
    for (const input of images) {
      await run('ctr', ['-a', socket, '-n', 'k8s.io', 'images', 'import', '-'], { input })
    }
  } finally {
    containerd.kill()
    await ended
    rmSync(state, { recursive: true, force: true })
  }
}

const configOf = (folder: string): string => `version = 2
disabled_plugins = ["io.containerd.grpc.v1.cri"]
[plugins."io.containerd.internal.v1.opt"]
  path = "${folder}/opt"
`
