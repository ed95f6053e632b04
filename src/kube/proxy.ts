/**
 * The proxy between kpx and the API server, found as kubectl finds it: proxy-url of the kubeconfig's cluster (client-go, tools/clientcmd),
 * else what the environment says of the server's host (golang.org/x/net/http/httpproxy).
 */
import { BlockList, isIP } from 'node:net'
import type { KubeConfig } from '@kubernetes/client-node'
import { KpxError } from '../error.ts'

/** Gives the current cluster the proxy that it is reached through, if any. Throws KPX1012 for one that is none, without repeating it: it may hold a password. */
export function setProxy(config: KubeConfig, env: NodeJS.ProcessEnv): void {
  const cluster = config.getCurrentCluster()
  if (!cluster) return
  const { name, proxyUrl, server } = cluster
  const fix = 'write http://HOST:PORT, https://HOST:PORT or socks5://HOST:PORT'
  if (proxyUrl) {
    const own = known(proxyUrl)
    if (!own) throw new KpxError('KPX1012', `proxy-url of cluster "${name}" in the kubeconfig is no proxy`, { fix })
    Object.assign(cluster, { proxyUrl: own })
    return
  }
  const [variable, value] = proxyOf(new URL(server), env) ?? []
  if (variable === undefined || value === undefined) return
  const own = known(value.includes('://') ? value : `http://${value}`)
  if (!own) throw new KpxError('KPX1012', `what ${variable} in the environment says is no proxy`, { fix })
  Object.assign(cluster, { proxyUrl: own })
}

const schemes = new Set(['http:', 'https:', 'socks5:', 'socks5h:'])

/** The proxy is to find the host by its name, as Go has it; client-node leaves that only to `socks5h`. */
function known(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined
  const { hostname, href, protocol } = new URL(text)
  return schemes.has(protocol) && hostname !== '' ? href.replace(/^socks5:/, 'socks5h:') : undefined
}

/** The variable of the environment, and its value, that says so; undefined where the server is reached without. */
function proxyOf(server: URL, env: NodeJS.ProcessEnv): readonly [string, string] | undefined {
  const name = server.protocol === 'http:' ? 'HTTP_PROXY' : 'HTTPS_PROXY'
  const variable = [name, name.toLowerCase()].find((one) => (env[one] ?? '') !== '')
  const value = variable === undefined ? undefined : env[variable]
  if (variable === undefined || value === undefined) return undefined
  return isDirect(server, env['NO_PROXY'] || env['no_proxy'] || '') ? undefined : [variable, value]
}

/** This machine itself is never asked through a proxy. */
const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8)
loopback.addAddress('::1', 'ipv6')

function isDirect({ hostname, port, protocol }: URL, noProxy: string): boolean {
  const host = hostname
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '')
    .toLowerCase()
  if (host === 'localhost' || isIn(loopback, host)) return true
  const wanted = port || (protocol === 'http:' ? '80' : '443')
  return noProxy
    .split(',')
    .map((one) => one.trim().toLowerCase())
    .some((one) => one === '*' || (one !== '' && covers(one, host, wanted)))
}

/** `10.0.0.0/8`, `10.0.0.1`, `[::1]:6443`; `example.com` and what is below it, `.example.com` and `*.example.com` only what is below it; each but the first with a port if it has one. */
function covers(entry: string, host: string, port: string): boolean {
  const [, network = '', length] = /^(.*)\/(\d+)$/.exec(entry) ?? []
  if (length !== undefined) return isInNetwork(network, Number(length), host)
  const [, name = entry, itsPort] = isIP(entry) ? [] : (/^(.*?)(?::(\d+))?$/.exec(entry) ?? [])
  if (itsPort !== undefined && itsPort !== port) return false
  const own = name.replace(/^\[(.*)\]$/, '$1').replace(/^\*\./, '.')
  if (isIP(own)) return isInNetwork(own, isIP(own) === 6 ? 128 : 32, host)
  return own.startsWith('.') ? host.endsWith(own) : host === own || host.endsWith(`.${own}`)
}

function isInNetwork(network: string, length: number, host: string): boolean {
  const type = isIP(network) === 6 ? 'ipv6' : 'ipv4'
  if (!isIP(network) || length > (type === 'ipv6' ? 128 : 32)) return false
  const list = new BlockList()
  list.addSubnet(network, length, type)
  return isIn(list, host)
}

const isIn = (list: BlockList, host: string): boolean =>
  isIP(host) !== 0 && list.check(host, isIP(host) === 6 ? 'ipv6' : 'ipv4')
