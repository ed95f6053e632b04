/** Every command that answers from a recording alone, as it is asked about k1.37-iptables. */
import { captures } from './kpx.ts'

export const capture = `${captures}/k1.37-iptables`

export const everyCommand: readonly (readonly string[])[] = [
  ['services'],
  ['verify'],
  ['status'],
  ['version'],
  ['preflight'],
  ['explain', 'service', 'web-lb', '-n', 'shop'],
  ['explain', 'pod', 'shop/client-9lzwx'],
  ['explain', 'address', '10.244.0.2'],
  ['explain', 'mode', 'iptables'],
  ['explain', 'code', 'KPX3001'],
  ['explain'],
  ['trace', 'outside/node1', 'service/shop/web'],
  ['decode'],
  ['mode', 'get'],
  ['mode', 'check', 'nftables'],
  ['config', 'show'],
  ['config', 'get', 'mode'],
  ['config', 'history'],
  ['config', 'validate'],
]
