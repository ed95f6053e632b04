/** What holds of every answer, whatever was recorded. */
import { expect } from 'chai'
import { explainService } from '../../src/answer/explain-service.ts'
import { chosenNodes } from '../../src/answer/lookup.ts'
import type { Outcome } from '../../src/answer/outcome.ts'
import { sceneOf } from '../../src/answer/scene.ts'
import type { Scene } from '../../src/answer/scene.ts'
import { listServices } from '../../src/answer/services.ts'
import { traceItems, traceList } from '../../src/answer/trace.ts'
import type { Capture } from '../../src/capture/capture.ts'
import { KpxError } from '../../src/error.ts'
import { explainServiceView } from '../../src/view/explain-service.ts'
import { json } from '../../src/view/json.ts'
import { servicesView } from '../../src/view/services.ts'
import { style } from '../../src/view/style.ts'
import { traceView } from '../../src/view/trace.ts'
import type { Random } from './random.ts'

const options = { width: 40, wide: true, limit: 20, style: style(false) }
const destinations = [
  '10.96.0.1:443',
  '[fd00:10:96::1]:443',
  'udp/10.96.0.10:53',
  '10.200.0.11:30517',
  '203.0.113.10:80',
  '127.0.0.1:80',
]

/** Asks every question once. What cannot be asked is refused with a KpxError; anything else that is thrown is a bug. */
export function checkCapture(capture: Capture, random: Random): void {
  const scene = refusable(() => sceneOf(capture))
  // lists that are no JSON are refused when they are first asked for
  if (
    scene &&
    refusable(() => [scene.cluster.services, scene.cluster.pods, scene.cluster.nodes, scene.cluster.endpoints])
  )
    checkScene(scene, random)
}

function checkScene(scene: Scene, random: Random): void {
  const nodes = chosenNodes(undefined, scene)
  const services = scene.cluster.services.length > 0 ? [random.pick(scene.cluster.services)] : []
  const list = listServices(services, nodes, scene)
  safe(servicesView(list, options), json(list))
  for (const service of services) {
    const explanation = explainService(service, nodes, scene)
    for (const { frontends } of explanation.ports)
      for (const frontend of frontends)
        for (const { from } of frontend.nodes) for (const outcomes of Object.values(from)) checkOutcomes(outcomes)
    safe(explainServiceView(explanation, options), json(explanation))
  }
  checkTrace(
    random.oneIn(2) ? 'outside' : random.pick(['node/node1', 'node/node3', 'pod/shop/client-1', '10.244.0.2']),
    random.pick(destinations),
    scene,
  )
}

export function checkTrace(from: string, to: string, scene: Scene): void {
  const nodes = chosenNodes(undefined, scene)
  const items = refusable(() => traceItems(from, to, { namespace: 'shop', nodes }, scene))
  if (!items) return
  for (const { outcomes } of items) checkOutcomes(outcomes)
  const list = traceList(items, scene)
  safe(traceView(list, options), json(list))
}

export function refusable<T>(ask: () => T): T | undefined {
  try {
    return ask()
  } catch (error) {
    if (error instanceof KpxError) {
      expect(error.code).not.to.equal('KPX1099')
      return undefined
    }
    throw error
  }
}

function checkOutcomes(outcomes: readonly Outcome[]): void {
  expect(
    outcomes.reduce((sum, { share }) => sum + share, 0),
    'shares',
  ).to.be.closeTo(1, 1e-6)
  for (const { endpoint, why } of outcomes) {
    expect(why).to.be.a('string').and.not.equal('')
    if (endpoint) expect(endpoint.port).to.be.within(0, 65535)
  }
}

/** Nothing in the text or document steers a terminal, whatever the names. */
function safe(...texts: readonly string[]): void {
  for (const text of texts) expect(harmful.test(text), 'control characters').to.equal(false)
}

const harmful = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/
