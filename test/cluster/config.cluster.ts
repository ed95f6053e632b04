/** kpx and real kube-proxies, asked about the same configurations. More of them by hand: npm run oracle. */
import { expect } from 'chai'
import { needsCluster } from './able.ts'
import { compareConfigs } from './config-compare.ts'
import { oracleVersions } from './config-oracle.ts'

const coldBuild = 40 * 60_000
const seed = 1
const count = 150

describe('configurations', function () {
  this.timeout(coldBuild)

  before(function () {
    needsCluster(this)
  })

  for (const version of oracleVersions) {
    it(`are judged as kube-proxy ${version} judges them`, async () => {
      const { accepted, different, refused } = await compareConfigs(version, seed, count)
      expect(different).to.deep.equal([])
      // both answers are asked for
      expect(accepted).to.be.greaterThan(count / 5)
      expect(refused).to.be.greaterThan(count / 5)
    })
  }
})
