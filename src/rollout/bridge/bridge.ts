/** Puts a bridge on a node and takes it away again, by the nft that kube-proxy's image or the node has. */
import { KpxError } from '../../error.ts'
import type { Way } from '../../kube/access/way.ts'
import { isMissingProgram } from '../../kube/exec.ts'
import type { ExecResult } from '../../kube/exec.ts'
import { removalScript } from './script.ts'

/**
 * Undefined where the node has the bridge, else why it has none, as a sentence; where the connection broke, it may have it all the same.
 * An empty script puts none: nobody needs it.
 */
export const putBridge = async (way: Way, script: string): Promise<string | undefined> =>
  script === '' ? undefined : trouble(way.change(['nft', '-f', '-'], script))

/** Also where there is none. Undefined where there is none any more, else why, as a sentence. */
export async function removeBridge(way: Way): Promise<string | undefined> {
  // as a word, for not every API server can hand over a standard input
  const why = await trouble(way.change(['nft', removalScript]))
  return why === withoutNft ? undefined : why
}

/** Where there is none to take the bridge away, none has put it. */
const withoutNft = 'there is no nft to be run there'

async function trouble(changing: Promise<ExecResult>): Promise<string | undefined> {
  try {
    const { exitCode, failure, stderr } = await changing
    if (exitCode === 0) return undefined
    if (exitCode === undefined && isMissingProgram(failure)) return withoutNft
    const [first = ''] = (stderr || failure).split('\n')
    return `nft fails: ${first || `exit code ${exitCode}`}`
  } catch (error) {
    if (error instanceof KpxError) return error.message
    throw error
  }
}
