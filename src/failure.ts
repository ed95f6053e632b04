/** Any thrown value as a KpxError, and a KpxError as the text or document that the user reads. */
import { KpxError } from './error.ts'
import { json } from './view/json.ts'
import { guard, sanitise } from './view/sanitise.ts'

/** oclif marks its own errors (bad flag, missing argument, unknown command) with this property. */
interface OclifError extends Error {
  readonly oclif: { readonly exit?: number }
}

function isOclifError(error: unknown): error is OclifError {
  return error instanceof Error && 'oclif' in error
}

/** kpx writes nothing but its answers. */
const isWriteError = (error: unknown): boolean =>
  error instanceof Error && 'syscall' in error && error.syscall === 'write'

/** oclif appends hints that lack the command to type or that speak of flags which are not the cause. */
function withoutHints(message: string): string {
  const ends = ['\n\nNote: --', '\nSee more help with --help'].map((hint) => message.indexOf(hint))
  return message.slice(0, Math.min(...ends.map((end) => (end === -1 ? message.length : end))))
}

/** `command` is what the user typed to reach this, e.g. `kpx explain service`. */
function toKpxError(error: unknown, command: string): KpxError {
  if (error instanceof KpxError) return error
  if (isOclifError(error)) {
    const message = withoutHints(error.message)
    return new KpxError('KPX1001', message, { fix: `run: ${command} --help`, cause: error })
  }
  const message = error instanceof Error ? error.message : String(error)
  if (isWriteError(error)) return new KpxError('KPX1010', `the answer cannot be written: ${message}`, { cause: error })
  return new KpxError('KPX1099', `internal error: ${message}`, { cause: error })
}

/** True where the command line asks for a document on stdout; readable even when it cannot be parsed. */
function asksForDocument(argv: readonly string[]): boolean {
  const end = argv.indexOf('--')
  const flags = end === -1 ? argv : argv.slice(0, end)
  return flags.some((word, i) => {
    if (word === '-o' || word === '--output') return flags[i + 1] === 'json'
    return word === '-ojson' || word === '-o=json' || word === '--output=json'
  })
}

function failureDocument(error: KpxError): string {
  const { code, message, fix, exit } = error
  return json({ apiVersion: 'kpx/v1', kind: 'Error', code, message, fix, exit })
}

/** As it stands on stderr. Only oclif's own messages have lines; kpx's may repeat names of the data that do. */
export function failureText({ cause, code, fix, message }: KpxError): string {
  const lines = isOclifError(cause) ? message.split('\n') : [message]
  const next = fix === '' ? '' : `\n  fix: ${sanitise(fix)}`
  return `Error: ${lines.map(sanitise).join('\n  ')} (${code})${next}\n`
}

/** Writes the failure where it belongs and returns the exit code. */
export function reportFailure(thrown: unknown, argv: readonly string[], command: string): number {
  const error = toKpxError(thrown, command)
  if (asksForDocument(argv) && error.code !== 'KPX1010') process.stdout.write(failureDocument(error))
  else process.stderr.write(failureText(error))
  if (process.env['KPX_DEBUG'] === '1') process.stderr.write(stackOf(error))
  return error.exit
}

function stackOf(error: KpxError): string {
  const cause = error.cause instanceof Error ? error.cause.stack : undefined
  return guard(`${cause ?? error.stack ?? ''}\n`, false)
}
