/** A few thousand of the inputs that `npm run fuzz` makes by the million, and every file that grows, small. */
import { expect } from 'chai'
import { reportsOf } from '../../src/decode/index.ts'
import { adds } from '../decode/recordings.ts'
import { grown } from './grown.ts'
import { inputOf } from './targets.ts'

/** Long enough for what recurses or spreads its arguments to show. */
const grownBytes = 200_000

describe('damaged inputs', () => {
  it('are read without an error, and every answer holds', async () => {
    for (let index = 0; index < 2000; index++) {
      const input = await inputOf(1, index)
      try {
        await input.read()
        input.check?.()
      } catch (error) {
        throw new Error(`npm run fuzz -- --seed 1 --index ${index} (${input.target})`, { cause: error })
      }
    }
  })

  for (const { file, make, what } of grown) {
    it(`${file} of ${what} is read to its end`, () => {
      const reports = reportsOf({ name: file, text: make(grownBytes) }) ?? []
      expect(reports.every(adds)).to.equal(true)
    })
  }
})
