/** The addresses of a machine, from what Linux prints of them. */

/** `trie` is /proc/net/fib_trie, where a local address is a leaf of its own; `inet6` is /proc/net/if_inet6, which begins with 32 digits. */
export function machineAddresses(trie: Buffer, inet6: Buffer): string[] {
  const ipv4 = trie.toString('latin1').matchAll(/\|-- (\S+)\n\s+\/32 host LOCAL/g)
  const ipv6 = inet6.toString('latin1').matchAll(/^([0-9a-f]{32}) /gm)
  return [
    ...Array.from(ipv4, ([, ip = '']) => ip),
    ...Array.from(ipv6, ([, digits = '']) => digits.match(/.{4}/g)?.join(':') ?? ''),
  ]
}
