/** Lists of objects, page by page, as the API server gives them. */
import { pageFix, endless } from './api-failure.ts'
import type { Asked } from './api-failure.ts'
import { mostFileBytes } from '../capture/limits.ts'
import type { Connection, Query } from './connection.ts'
import { KpxError } from '../error.ts'
import type { Resource } from './resource.ts'

/** Objects a page, as kubectl asks for. */
const pageSize = 500

interface Page {
  readonly items: readonly unknown[]
  readonly next: string
}

/** All objects of all namespaces. Throws KPX1011 for a list that does not end, and KPX1013 to KPX1017. */
export async function listObjects(connection: Connection, resource: Resource): Promise<unknown[]> {
  const asked: Asked = { verb: 'list', resource }
  let bytes = 0
  const list = async (query: Query): Promise<Page> => {
    const body = await connection.get(asked, query)
    if ((bytes += body.length) > mostFileBytes) throw endless(asked)
    return pageOf(body, connection.server)
  }
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
    if (page.items.length === 0 && page.next !== '') throw endless(asked)
    for (const item of page.items) items.push(item)
    next = page.next
  }
  return items
}

/** Those of a namespace with these labels, `app=web,tier=front`; no more than `limit`, where one is named. Throws KPX1013 to KPX1017. */
export async function listIn(
  connection: Connection,
  resource: Resource,
  namespace: string,
  labelSelector: string,
  limit?: number,
): Promise<readonly unknown[]> {
  const query = { labelSelector, ...(limit !== undefined && { limit: String(limit) }) }
  const body = await connection.get({ verb: 'list', resource, namespace }, query)
  return pageOf(body, connection.server).items
}

/** What their names are in, and no more of them where the server can leave it out: of a namespace, or of all. Throws KPX1013 to KPX1017. */
export async function listMetadata(
  connection: Connection,
  resource: Resource,
  namespace: string | undefined,
): Promise<readonly unknown[]> {
  const asked: Asked = { verb: 'list', resource, ...(namespace !== undefined && { namespace }) }
  return pageOf(await connection.get(asked, {}, metadataOnly), connection.server).items
}

const metadataOnly = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1, application/json'

/** 410 Gone. */
const isExpired = (error: unknown): boolean => error instanceof KpxError && error.cause === 410

/** One object. Throws KPX1013 to KPX1017. */
export const getObject = async (connection: Connection, asked: Asked): Promise<object> =>
  objectOf(await connection.get(asked), connection.server)

/** What is not there is no failure; nor is who may not ask, where that is worth less than the rest. */
export async function objectOrNone(asked: Promise<object>, isNone: (error: KpxError) => boolean): Promise<unknown[]> {
  try {
    return [await asked]
  } catch (error) {
    if (error instanceof KpxError && isNone(error)) return []
    throw error
  }
}

export const isMissing = ({ cause }: KpxError): boolean => cause === 404
export const mayLack = ({ code }: KpxError): boolean => code === 'KPX1015' || code === 'KPX1016'

/** As whom kpx writes. */
export const fieldManager = 'kpx'

/** The object as it is after a change with kpx as its field manager. Throws as Connection.change. */
export const changeObject = async (
  connection: Connection,
  asked: Asked,
  object: object,
  query: Query,
): Promise<object> => objectOf(await connection.change(asked, object, { fieldManager, ...query }), connection.server)

/** Makes the object, which is returned as the server has it. Throws as Connection.create. */
export const createObject = async (
  connection: Connection,
  asked: Asked,
  object: object,
  query: Query = {},
): Promise<object> => objectOf(await connection.create(asked, object, query), connection.server)

function pageOf(body: Buffer, server: string): Page {
  const { items, metadata } = objectOf(body, server) as { items?: unknown; metadata?: { continue?: unknown } }
  if (!Array.isArray(items)) throw unusual(server, 'a list of objects', undefined)
  return { items, next: typeof metadata?.continue === 'string' ? metadata.continue : '' }
}

function objectOf(body: Buffer, server: string): object {
  let value: unknown
  try {
    value = JSON.parse(body.toString('utf8'))
  } catch (error) {
    throw unusual(server, 'an object', error)
  }
  if (typeof value === 'object' && value !== null) return value
  throw unusual(server, 'an object', undefined)
}

const unusual = (server: string, what: string, cause: unknown): KpxError =>
  new KpxError('KPX1016', `${server} did not answer with ${what}`, { fix: pageFix, cause })
