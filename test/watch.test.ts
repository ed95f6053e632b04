/** What is told of an answer that is looked for again and again. */
import { expect } from 'chai'
import { KpxError } from '../src/error.ts'
import { watch } from '../src/watch.ts'

/** What is told while these answers are there one after the other, until the first that cannot be gone past. */
async function told(...looks: readonly (KpxError | object)[]): Promise<string[]> {
  const lines: string[] = []
  const left = [...looks]
  const look = async () => {
    const answer = left.shift() ?? new KpxError('KPX1012', 'the end')
    if (answer instanceof KpxError) throw answer
    return { answer, tell: async () => void lines.push(JSON.stringify(answer)) }
  }
  const watching = watch(
    look,
    () => lines.push('between'),
    ({ code }) => lines.push(code),
    0,
  )
  await watching.catch((error: unknown) => lines.push(error instanceof KpxError ? error.message : String(error)))
  return lines
}

describe('watch', () => {
  it('tells an answer once, and again when it has changed', async () => {
    expect(await told({ a: 1 }, { a: 1 }, { a: 2 }, { a: 1 })).to.deep.equal([
      '{"a":1}',
      'between',
      '{"a":2}',
      'between',
      '{"a":1}',
      'the end',
    ])
  })

  it('takes other lines of evidence, and another way to a node, for no change', async () => {
    const answer = (line: number, through: string): object => ({
      seen: { reached: [{ node: 'node1', through }] },
      outcomes: [{ share: 1, evidence: [{ line, text: `ActiveConn ${line}` }] }],
    })
    const first = answer(4, 'kube-system/kpx-a')
    expect(await told(first, answer(5, 'kube-system/kpx-b'))).to.deep.equal([JSON.stringify(first), 'the end'])
  })

  it('goes on where the API server is away for a while, and says so', async () => {
    const away = new KpxError('KPX1013', 'away')
    expect(await told({ a: 1 }, away, { a: 1 }, away, { a: 2 })).to.deep.equal([
      '{"a":1}',
      'KPX1013',
      'KPX1013',
      'between',
      '{"a":2}',
      'the end',
    ])
  })

  it('ends where the first look fails', async () => {
    expect(await told(new KpxError('KPX1013', 'away'), { a: 1 })).to.deep.equal(['away'])
  })
})
