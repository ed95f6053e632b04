// What kpx is for, on a recording that comes with it; with arguments: those instead.
if (process.argv.length === 2) {
  process.argv.push(...'explain service web-lb -n shop --from test/captures/k1.37-iptables'.split(' '))
}
await import('./run.js')
