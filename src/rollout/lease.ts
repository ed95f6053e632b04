/**
 * The Lease that whoever changes the nodes holds, so that two never do so at a time; it keeps the rollout's record as long as that is not
 * finished. Nobody's clock counts but one's own: a holder is gone whose Lease does not change for as long as it is to last.
 */
import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import { object } from '../cluster/json.ts'
import type { Json } from '../cluster/json.ts'
import { annotationsOf, leaseName, refuseTooLarge, rolloutLease } from '../cluster/rollout-record.ts'
import type { RolloutLease, RolloutRecord } from '../cluster/rollout-record.ts'
import { KpxError } from '../error.ts'
import type { Connection } from '../kube/connection.ts'
import { changeObject, createObject, getObject, isMissing } from '../kube/objects.ts'
import { resources } from '../kube/resource.ts'
import type { Subject } from './subject.ts'

/** For which a Lease lasts that nobody renews, and after which its holder does. */
const seconds = 10
const renewal = 3_000

/** Milliseconds between two looks at another one's Lease. */
const pause = 1_000

const leaseIn = (namespace: string) => ({ resource: resources.leases, namespace, name: leaseName })

/** Undefined where there is none. Throws KPX1013 to KPX1017. */
export async function findLease(connection: Connection, namespace: string): Promise<RolloutLease | undefined> {
  try {
    return rolloutLease(object(await getObject(connection, { verb: 'get', ...leaseIn(namespace) })))
  } catch (error) {
    if (error instanceof KpxError && isMissing(error)) return undefined
    throw error
  }
}

/** Before anybody is asked. Throws KPX5003 and KPX5004 where a rollout is under way. */
export async function refuseOther({ connection, workload }: Pick<Subject, 'connection' | 'workload'>): Promise<void> {
  const found = await findLease(connection, workload.namespace)
  if (found) throw heldBy(found)
}

const microTime = (): string => new Date().toISOString().replace('Z', '000Z')

const specOf = (holder: string): Json => ({
  holderIdentity: holder,
  leaseDurationSeconds: seconds,
  acquireTime: microTime(),
  renewTime: microTime(),
})

/** Throws KPX5003 and KPX5004 where a rollout is under way in one of the namespaces, and KPX1013 to KPX1017. */
export async function refuseUnderWay(connection: Connection, namespaces: readonly string[]): Promise<void> {
  for (const namespace of namespaces) {
    const lease = await findLease(connection, namespace)
    if (lease) throw heldBy(lease)
  }
}

export class Lease {
  readonly #connection: Connection
  readonly #namespace: string
  readonly #holder: string
  #record: RolloutRecord
  /** As the cluster has it. */
  #saved: RolloutRecord
  #resourceVersion: string
  #lost: KpxError | undefined
  /** What is being written: one after the other, each to what the one before has made of it. */
  #writing: Promise<void> = Promise.resolve()
  readonly #timer: NodeJS.Timeout

  private constructor(connection: Connection, record: RolloutRecord, holder: string, resourceVersion: string) {
    this.#connection = connection
    this.#namespace = namespaceOf(record.daemonSet)
    this.#holder = holder
    this.#record = record
    this.#saved = record
    this.#resourceVersion = resourceVersion
    this.#timer = setInterval(() => void this.hold().catch(() => undefined), renewal).unref()
  }

  get record(): RolloutRecord {
    return this.#record
  }

  /** For a new rollout. Throws KPX5003 and KPX5004 where there is one. */
  static async make(connection: Connection, record: RolloutRecord): Promise<Lease> {
    const namespace = namespaceOf(record.daemonSet)
    const holder = identity(record.by)
    refuseTooLarge(record)
    const lease = leaseOf(record, holder)
    try {
      const made = await createObject(connection, { verb: 'create', ...leaseIn(namespace) }, lease)
      return new Lease(connection, record, holder, rolloutLease(object(made)).resourceVersion)
    } catch (error) {
      if (!isConflict(error)) throw error
      throw heldBy((await findLease(connection, namespace)) ?? nobody)
    }
  }

  /** For the rollout that was looked at, if nobody goes on with it. Throws KPX5003 where somebody does, and KPX5008. */
  static async take(
    connection: Connection,
    namespace: string,
    by: string,
    wanted: Pick<RolloutRecord, 'direction' | 'id'>,
    progress: (line: string) => void,
  ): Promise<Lease> {
    const found = await findLease(connection, namespace)
    const record = found?.record
    if (!found || record?.id !== wanted.id || record.direction !== wanted.direction) {
      throw new KpxError('KPX5008', `the rollout of Lease ${namespace}/${leaseName} was just finished, or turned`)
    }
    const { holder, resourceVersion } = found
    if (holder !== '') {
      progress(`${holder}, holds the rollout: waiting ${seconds} s to see whether it still does anything`)
      await unchanged(connection, namespace, found)
    }
    const own = identity(by)
    const asked = { verb: 'patch', ...leaseIn(namespace) } as const
    try {
      const taken = await changeObject(connection, asked, { metadata: { resourceVersion }, spec: specOf(own) }, {})
      return new Lease(connection, record, own, rolloutLease(object(taken)).resourceVersion)
    } catch (error) {
      if (!isConflict(error)) throw error
      throw heldBy((await findLease(connection, namespace)) ?? nobody)
    }
  }

  /** Keeps what has been done. Throws KPX5003 where another one has the Lease, and KPX1013 to KPX1017. */
  async save(change: Partial<RolloutRecord>): Promise<void> {
    this.#record = { ...this.#record, ...change }
    await this.hold()
  }

  /** Renews it. Throws as `save`. */
  async hold(): Promise<void> {
    await this.#change(this.#holder)
  }

  /** Somebody else may go on with the rollout. */
  async leave(stopped: string): Promise<void> {
    clearInterval(this.#timer)
    this.#record = { ...this.#record, stopped }
    await this.#change('')
  }

  /** The rollout is finished. Throws as `save`. */
  async end(): Promise<void> {
    clearInterval(this.#timer)
    await this.hold()
    const preconditions = { resourceVersion: this.#resourceVersion }
    await this.#connection.delete({ verb: 'delete', ...leaseIn(this.#namespace) }, preconditions)
  }

  async #change(holder: string): Promise<void> {
    this.#writing = this.#writing.catch(() => undefined).then(() => this.#patch(holder))
    await this.#writing
  }

  async #patch(holder: string): Promise<void> {
    if (this.#lost) throw this.#lost
    const asked = { verb: 'patch', ...leaseIn(this.#namespace) } as const
    const record = this.#record
    const annotations = record === this.#saved ? undefined : annotationsOf(record)
    const patch = {
      metadata: { resourceVersion: this.#resourceVersion, ...(annotations && { annotations }) },
      spec: { holderIdentity: holder, renewTime: microTime() },
    }
    try {
      const now = await changeObject(this.#connection, asked, patch, {})
      this.#resourceVersion = rolloutLease(object(now)).resourceVersion
      this.#saved = record
    } catch (error) {
      if (!isConflict(error) && !(error instanceof KpxError && isMissing(error))) throw error
      await this.#recover(holder)
    }
  }

  /** Somebody has written to it: another holder, or one who labels everything; or this one, to whom the answer did not come. */
  async #recover(holder: string): Promise<void> {
    const now = await findLease(this.#connection, this.#namespace)
    if (now?.holder === this.#holder) {
      this.#resourceVersion = now.resourceVersion
      return this.#patch(holder)
    }
    clearInterval(this.#timer)
    this.#lost = now ? heldBy(now) : await this.#restored()
    throw this.#lost
  }

  /** Without it nobody could go on or back: it comes back as nobody's. */
  async #restored(): Promise<KpxError> {
    const stopped = `somebody has deleted Lease ${this.#namespace}/${leaseName} during the rollout`
    const lease = leaseOf({ ...this.#record, stopped }, '')
    await createObject(this.#connection, { verb: 'create', ...leaseIn(this.#namespace) }, lease)
    return new KpxError('KPX5005', stopped)
  }
}

const leaseOf = (record: RolloutRecord, holder: string): object => ({
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  metadata: {
    name: leaseName,
    namespace: namespaceOf(record.daemonSet),
    labels: { 'app.kubernetes.io/managed-by': 'kpx' },
    annotations: annotationsOf(record),
  },
  spec: specOf(holder),
})

const nobody: RolloutLease = {
  holder: '',
  namespace: '',
  renewedAt: '',
  resourceVersion: '',
  record: undefined,
  isCut: false,
}

/** Of this process alone, also where all are number 1 of a container on a host's network. */
const identity = (by: string): string =>
  `${by} at ${hostname()}, process ${process.pid} (${randomBytes(2).toString('hex')})`

const namespaceOf = (daemonSet: string): string => daemonSet.split('/')[0] ?? ''

export const isConflict = (error: unknown): boolean => error instanceof KpxError && error.cause === 409

/** Of a Lease that lasts by one's own clock somebody is taken to hold it: whoever asks again later knows. */
function heldBy({ holder, record, renewedAt }: RolloutLease): KpxError {
  const what = record ? `${record.command}, begun at ${record.startedAt} by ${record.by}` : 'a change'
  const age = (Date.now() - Date.parse(renewedAt)) / 1000
  if (holder !== '' && age < seconds) {
    return new KpxError('KPX5003', `${holder}, rolls out ${what}`)
  }
  return new KpxError('KPX5004', `the rollout of ${what}, was not finished`)
}

/** Resolves when its holder has not renewed it for as long as it lasts. Throws KPX5003 where it has, and KPX5008. */
async function unchanged(connection: Connection, namespace: string, found: RolloutLease): Promise<void> {
  for (const end = performance.now() + seconds * 1000; performance.now() < end;) {
    await delay(pause)
    const now = await findLease(connection, namespace)
    if (!now) throw new KpxError('KPX5008', 'the rollout has just been finished by its own kpx')
    if (now.resourceVersion !== found.resourceVersion) throw heldBy({ ...now, renewedAt: microTime() })
  }
}
