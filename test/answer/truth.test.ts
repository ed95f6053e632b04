import { readdirSync } from 'node:fs'
import { expect } from 'chai'
import { captures } from '../kpx.ts'
import { disagreements } from './truth.ts'

describe('trace and what packets did', () => {
  for (const name of readdirSync(captures).filter((file) => file.startsWith('k'))) {
    it(`agree in ${name}`, async () => {
      const { flows, wrong } = await disagreements(`${captures}/${name}`)
      expect(wrong).to.deep.equal([])
      expect(flows).to.be.greaterThan(100)
    })
  }
})
