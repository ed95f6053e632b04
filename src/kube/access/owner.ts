/** Which run of kpx made a debug pod, so that another run on the same machine knows whether it has ended. */
import { createHash } from 'node:crypto'
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname, networkInterfaces } from 'node:os'

/** `MACHINE.PROCESS`: the process ids of one machine, or of one container of it, mean nothing on another one. */
export const owner = `${machine()}.${process.pid}`

/** Whether that run has ended for sure: of another machine's, and where the id is in use again, nobody can say. */
export function hasEnded(other: string): boolean {
  const [where, pid] = other.split('.')
  if (where !== machine() || !/^\d+$/.test(pid ?? '')) return false
  try {
    process.kill(Number(pid), 0)
    return false
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH'
  }
}

/** Of Linux, this start of the kernel and this container's process ids; elsewhere, this machine's network cards. */
function machine(): string {
  const kernel = told(() => readFileSync('/proc/sys/kernel/random/boot_id', 'latin1'))
  const macs = Object.values(networkInterfaces()).flatMap((all = []) => all.map(({ mac }) => mac))
  const facts = kernel === '' ? [...new Set(macs)].sort() : [kernel, told(() => readlinkSync('/proc/self/ns/pid'))]
  return createHash('sha256')
    .update([hostname(), ...facts].join(' '))
    .digest('hex')
    .slice(0, 16)
}

/** Empty where the system does not tell it. */
function told(read: () => string): string {
  try {
    return read()
  } catch {
    return ''
  }
}
