import { expect } from 'chai'
import { terminalWidth, wantsColour } from '../src/terminal.ts'

describe('terminal', () => {
  it('is as wide as it says, as COLUMNS says, or without an end', () => {
    expect(terminalWidth({ columns: 80 }, { COLUMNS: '40' })).to.equal(80)
    expect(terminalWidth({}, { COLUMNS: '40' })).to.equal(40)
    expect(terminalWidth({}, {})).to.equal(Infinity)
    expect(terminalWidth({ columns: 0 }, { COLUMNS: 'wide' })).to.equal(Infinity)
  })

  it('has colour only when it is one that wants it', () => {
    expect(wantsColour({ isTTY: true }, {})).to.equal(true)
    expect(wantsColour({}, {})).to.equal(false)
    expect(wantsColour({ isTTY: true }, { TERM: 'dumb' })).to.equal(false)
    expect(wantsColour({ isTTY: true }, { NO_COLOR: '1' })).to.equal(false)
    expect(wantsColour({ isTTY: true }, { NO_COLOR: '' })).to.equal(true)
    expect(wantsColour({}, { FORCE_COLOR: '1' })).to.equal(true)
    expect(wantsColour({ isTTY: true }, { FORCE_COLOR: '0' })).to.equal(false)
    expect(wantsColour({}, { FORCE_COLOR: '1', NO_COLOR: '1' })).to.equal(false)
  })
})
