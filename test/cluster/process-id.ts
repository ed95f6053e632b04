/** A process that another one may ask after, even when the kernel has given its id to somebody else. */
import { readFileSync } from 'node:fs'

export interface ProcessId {
  readonly pid: number
  /** Ticks from boot to its start. */
  readonly since: string
}

export function processId(pid: number): ProcessId {
  return { pid, since: startTime(pid) ?? '' }
}

export function isAlive({ pid, since }: ProcessId): boolean {
  return since !== '' && startTime(pid) === since
}

/** proc_pid_stat(5): field 22; the second one is in parentheses and may have anything; Z and X have ended. */
function startTime(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return state === 'Z' || state === 'X' ? undefined : fields[18]
  } catch {
    return undefined
  }
}
