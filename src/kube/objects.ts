/** Lists of objects, page by page, as the API server gives them. */
import type { Connection } from './connection.ts'
import { KpxError } from '../error.ts'
import type { Resource } from './resource.ts'

/** Objects a page, as kubectl asks for. */
const pageSize = 500

interface Page {
  readonly items: readonly unknown[]
  readonly next: string
}

/** All objects of all namespaces, or those of one; `labels` is a label selector. */
export async function listObjects(
  connection: Connection,
  resource: Resource,
  { labels, namespace }: { readonly labels?: string; readonly namespace?: string } = {},
): Promise<unknown[]> {
  const items: unknown[] = []
  const asked = { verb: 'list', resource, ...(namespace !== undefined && { namespace }) } as const
  for (let next: string | undefined = ''; next !== undefined;) {
    const query = {
      limit: String(pageSize),
      ...(next !== '' && { continue: next }),
      ...(labels && { labelSelector: labels }),
    }
    const page = pageOf(await connection.get(asked, query), connection.server)
    items.push(...page.items)
    next = page.next === '' ? undefined : page.next
  }
  return items
}

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
