/** An address as users ask for it. */
import { KpxError } from '../error.ts'
import { parseBracketedIp, parseIpPort } from '../ruleset/address.ts'
import { withProtocol } from './destination.ts'
import type { Subject } from './mention/mention.ts'

/** `IP[:PORT][/PROTOCOL]` or `[PROTOCOL/]IP[:PORT]`, IPv6 in brackets before a port. Throws KPX1001 for anything else. */
export function parseAddress(text: string): Subject {
  const { name, protocol } = withProtocol(text)
  const direct = parseIpPort(name)
  if (direct) return { ...direct, protocol }
  const ip = parseBracketedIp(name)
  if (ip !== undefined) return { ip, port: undefined, protocol }
  throw new KpxError('KPX1001', `"${text}" is not an address`, {
    fix: 'write IP, IP:PORT or IP:PORT/PROTOCOL (IPv6 in brackets before a port); names: kpx explain service, kpx explain pod',
  })
}
