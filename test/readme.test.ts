import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { kpx, root } from './kpx.ts'

const readme = readFileSync(join(root, 'README.md'), 'utf8')
const examples = [...readme.matchAll(/^```console\n\$ kpx (.*)\n([^]*?)```$/gm)]

describe('README', () => {
  for (const [, command = '', output = ''] of examples) {
    it(`shows what kpx ${command} prints`, async () => {
      const { stdout } = await kpx(...command.split(' '))
      expect(output).to.equal(stdout)
    })
  }

  it('has examples', () => {
    expect(examples.length).to.be.greaterThan(1)
  })
})
