/** A GET to a port on a pod's loopback, where kube-proxy serves its metrics and its mode: by port-forward. */
import { endless } from './api-failure.ts'
import type { Asked } from './api-failure.ts'
import { overChannels } from './channels.ts'
import type { Connection } from './connection.ts'
import type { Container } from './exec.ts'
import { resources } from './resource.ts'

const channels = { data: 0, error: 1 } as const

/** Bytes that a forwarded stream begins with: the port's number. */
const portBytes = 2

/** Bytes of an answer: more than what kube-proxy says of itself. */
const mostBytes = 2 ** 24

/**
 * The body; undefined where nothing listens, or it answers with another status than 200 and 503. Throws KPX1011 for one that does not end, and
 * KPX1013 to KPX1017.
 */
export async function getFromPod(
  connection: Connection,
  { namespace, pod }: Pick<Container, 'namespace' | 'pod'>,
  port: number,
  path: string,
): Promise<Buffer | undefined> {
  const asked: Asked = { verb: 'create', resource: resources.portForward, namespace, name: pod }
  let received = Buffer.alloc(0)
  const skipped = new Map<number, number>()
  await overChannels(connection, {
    asked,
    query: { ports: String(port) },
    describe: `port ${port} of ${pod}`,
    // of HTTP/1.0, so that the server ends the answer by closing
    onOpen: ({ send }) => send(channels.data, Buffer.from(`GET ${path} HTTP/1.0\r\nHost: localhost\r\n\r\n`)),
    onBytes(channel, bytes) {
      const skip = Math.min(portBytes - (skipped.get(channel) ?? 0), bytes.length)
      skipped.set(channel, (skipped.get(channel) ?? 0) + skip)
      const rest = bytes.subarray(skip)
      if (channel === channels.data) received = Buffer.concat([received, rest])
      // the kubelet says so when nothing listens
      return (channel === channels.error && rest.length > 0) || isWhole(received) || received.length > mostBytes
    },
  })
  if (received.length > mostBytes) throw endless(asked)
  return bodyOf(received)
}

function isWhole(answer: Buffer): boolean {
  const { body, head } = partsOf(answer)
  const length = /^content-length: *(\d+)/im.exec(head)?.[1]
  return body !== undefined && length !== undefined && body.length >= Number(length)
}

function partsOf(answer: Buffer): { readonly head: string; readonly body: Buffer | undefined } {
  const end = answer.indexOf('\r\n\r\n')
  if (end < 0) return { head: '', body: undefined }
  return { head: answer.toString('latin1', 0, end), body: answer.subarray(end + 4) }
}

/** 503 with a body is how kube-proxy says at /healthz that it is not healthy. */
const answered = /^HTTP\/1\.[01] (?:200|503) /

function bodyOf(answer: Buffer): Buffer | undefined {
  const { body, head } = partsOf(answer)
  return answered.test(head) ? body : undefined
}
