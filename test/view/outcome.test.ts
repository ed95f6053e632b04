/** An answer that may be lost is told, as one that is lost. */
import { expect } from 'chai'
import { explainService } from '../../src/answer/explain-service.ts'
import { findService } from '../../src/answer/lookup.ts'
import { sceneOf } from '../../src/answer/scene.ts'
import { explainServiceView } from '../../src/view/explain-service.ts'
import { style } from '../../src/view/style.ts'
import { brokenCapture, gone } from '../broken-capture.ts'
import type { Edits } from '../broken-capture.ts'

async function explained(edits: Edits): Promise<string> {
  const scene = sceneOf(await brokenCapture('k1.37-iptables', edits))
  const explanation = explainService(findService('shop', 'web', scene), ['node1', 'node2'], scene)
  return explainServiceView(explanation, { width: 100, wide: false, limit: 20, style: style(false) })
}

describe('answers between pods of one bridge', () => {
  it('are unknown, with the reason, where no sysctl tells whether the node sees them', async () => {
    expect(await explained({})).to.not.include('unknown')
    const text = (await explained({ 'nodes/node1/sysctl.txt': gone })).replaceAll(/\s+/g, ' ')
    expect(text).to.match(/pods node1 .* answer unknown .* whether the answer comes back .* cannot be told/)
  })
})
