/** The tables by which kpx bridges a change of kube-proxy: they act like any others, and are nothing of kube-proxy's. */
import type { Capture } from '../capture/capture.ts'
import type { Ruleset, Table } from '../ruleset/ruleset.ts'
import { sceneOf } from './scene.ts'
import type { Scene } from './scene.ts'

/** Their name, in both families. */
export const bridgeTable = 'kpx-bridge'

/** A set of theirs whose elements end by themselves; without them a bridge does nothing. */
export const lastingSet = 'lasting'

const isBridge = ({ name, tool }: Table): boolean => tool === 'nft' && name === bridgeTable

export const bridgesIn = ({ tables }: Ruleset): readonly Table[] => tables.filter(isBridge)

export const isAtWork = ({ sets }: Table): boolean => sets.get(lastingSet)?.elements.length !== 0

/** As packets would fare if there were no bridge. */
export const sceneWithoutBridge = (capture: Capture): Scene => sceneOf(capture, (table) => !isBridge(table))
