/** Lists of objects, page by page, as the API server gives them. */
import type { Connection, Query } from './connection.ts'
import { KpxError } from '../error.ts'
import type { Resource } from './resource.ts'

/** Objects a page, as kubectl asks for. */
const pageSize = 500

interface Page {
  readonly items: readonly unknown[]
  readonly next: string
}

/** All objects of all namespaces. */
export async function listObjects(connection: Connection, resource: Resource): Promise<unknown[]> {
  const list = (query: Query): Promise<Page> =>
    connection.get({ verb: 'list', resource }, query).then((body) => pageOf(body, connection.server))
  const limit = String(pageSize)
  const first = await list({ limit })
  const items = [...first.items]
  for (let { next } = first; next !== '';) {
    const page = await list({ limit, continue: next }).catch((error: unknown) => {
      if (isExpired(error)) return undefined
      throw error
    })
    // the place to go on from is kept for some minutes only; a list without pages has none
    if (!page) return [...(await list({})).items]
    items.push(...page.items)
    next = page.next
  }
  return items
}

/** 410 Gone. */
const isExpired = (error: unknown): boolean => error instanceof KpxError && error.cause === 410

function pageOf(body: Buffer, server: string): Page {
  try {
    const { items, metadata } = Object(JSON.parse(body.toString('utf8'))) as {
      items?: unknown
      metadata?: { continue?: unknown }
    }
    if (Array.isArray(items)) return { items, next: typeof metadata?.continue === 'string' ? metadata.continue : '' }
  } catch (error) {
    throw notAList(server, error)
  }
  throw notAList(server, undefined)
}

const notAList = (server: string, cause: unknown): KpxError =>
  new KpxError('KPX1016', `${server} did not answer with a list of objects`, {
    fix: 'check that the server in the kubeconfig is a Kubernetes API server, not a login page or a proxy',
    cause,
  })
