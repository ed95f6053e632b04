/** Who the API server takes the user for. */
import { object, text } from '../cluster/json.ts'
import { KpxError } from '../error.ts'
import type { Connection } from './connection.ts'
import { changeObject } from './objects.ts'
import { resources } from './resource.ts'

/** The user's name; the context's where the server does not tell (before 1.28). Throws KPX1013, KPX1014 and KPX1017. */
export async function whoAmI(connection: Connection): Promise<string> {
  try {
    const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' }
    const answer = await changeObject(
      connection,
      { verb: 'create', resource: resources.selfSubjectReviews },
      review,
      {},
    )
    return text(object(object(object(answer)['status'])['userInfo'])['username']) || connection.context
  } catch (error) {
    if (error instanceof KpxError && (error.code === 'KPX1015' || error.code === 'KPX1016')) return connection.context
    throw error
  }
}
