/** Asks the API server itself: kubectl would take the processor from what it waits for. */
import { once } from 'node:events'
import { request } from 'node:https'
import type { IncomingMessage } from 'node:http'

/** Whether it serves and has made what every cluster has. */
export async function isReady(server: string, ca: Uint8Array, token: string): Promise<boolean> {
  const headers = { Authorization: `Bearer ${token}` }
  const asked = request(`${server}/readyz`, { ca: Buffer.from(ca), headers, signal: AbortSignal.timeout(5000) }).end()
  try {
    const [answer] = (await once(asked, 'response')) as [IncomingMessage]
    answer.resume()
    return answer.statusCode === 200
  } catch {
    return false
  }
}
