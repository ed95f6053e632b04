/** The programs that a mode needs (modes.ts), as the place where kube-proxy runs has them. */
import { finding } from '../answer/finding.ts'
import type { Scene } from '../answer/scene.ts'
import { decodeToolVersion } from '../decode/tool-version.ts'
import { modes } from '../modes.ts'
import { isBelow } from '../version.ts'
import { skipped, toMode } from './check.ts'
import type { Checked, NodeCheck } from './check.ts'
import type { CheckedNode } from './subject.ts'

export const tools: NodeCheck = {
  codes: ['KPX4103'],
  needs: 'node',
  applies: toMode('ipvs', 'nftables'),
  ofNode: (node, { question: { mode }, scene }) => {
    const needs = modes.find(({ name }) => name === mode)?.needs ?? []
    const need = needs.find(({ what }) => Object.hasOwn(versionFiles, what))
    return need?.atLeast === undefined ? [] : checkedTool(need.what, need.atLeast, node, scene)
  },
}

const versionFiles: Readonly<Record<string, string>> = { nft: 'nft-version.txt', ipset: 'ipset-version.txt' }

function checkedTool(tool: string, atLeast: string, node: CheckedNode, scene: Scene): Checked {
  const name = versionFiles[tool] ?? ''
  const file = node.file(name)
  const version = file && decodeToolVersion(file).version
  if (isOfHost(node, scene)) return skipped(`what was asked is the host's own ${tool}, and kube-proxy has another`)
  if (file && version !== undefined) {
    if (!isBelow(version, atLeast)) return []
    const message = `its ${tool} is ${version}, and must be ${atLeast} or later`
    const evidence = [{ node: node.name, file: name, line: 1, text: file.text.trim() }]
    return [finding('KPX4103', { message, evidence })]
  }
  if (!wasAsked(node, scene)) return skipped(`the version of ${tool} was not recorded`)
  return [finding('KPX4103', { message: `there is no ${tool} in its image that could be run` })]
}

/** Whether kube-proxy's image has it; undefined where that is not told. */
export function hasTool(tool: string, node: CheckedNode, scene: Scene): boolean | undefined {
  if (isOfHost(node, scene)) return undefined
  return node.file(versionFiles[tool] ?? '') !== undefined || (wasAsked(node, scene) ? false : undefined)
}

/** Commands that were run on the node itself, where kube-proxy has an image of its own. */
export const isOfHost = ({ name, seen: { pod } }: CheckedNode, { capture }: Scene): boolean =>
  pod !== undefined && ['local', 'via'].includes(capture.reached(name)?.way ?? '')

/** kpx asks for all of these in kube-proxy's container: where one has an answer, another without is not there. */
const wasAsked = ({ file, name }: CheckedNode, { capture }: Scene): boolean =>
  capture.reached(name)?.way === 'exec' &&
  [...Object.values(versionFiles), 'modprobe.txt'].some((one) => file(one) !== undefined)
