import { expect } from 'chai'
import { explainService } from '../../src/answer/explain-service.ts'
import { sceneOf } from '../../src/answer/scene.ts'
import { readCapture } from '../../src/capture/read.ts'
import { captures } from '../kpx.ts'

describe('nft’s text and JSON', () => {
  for (const name of ['k1.33-nftables', 'k1.37-nftables']) {
    it(`give the same answers for every Service of ${name}`, async () => {
      const capture = await readCapture(`${captures}/${name}`)
      const without = (hidden: string) =>
        sceneOf({ ...capture, file: (node, file) => (file === hidden ? undefined : capture.file(node, file)) })
      const [text, json] = [without('nft-list-ruleset.json'), without('nft-list-ruleset.txt')]
      const answers = [text, json].map((scene) =>
        scene.cluster.services.map((service) => decisions(explainService(service, capture.nodes, scene).ports)),
      )
      expect(answers[0]).to.deep.equal(answers[1])
      expect(JSON.stringify(answers[0])).to.include('"deliver"').and.include('"drop"').and.include('"reject"')
    })
  }
})

/** JSON has no text of rules: what decides is compared, not where it stands. */
const decisions = (ports: unknown): unknown =>
  JSON.parse(JSON.stringify(ports, (key, value: unknown) => (key === 'evidence' || key === 'why' ? undefined : value)))
