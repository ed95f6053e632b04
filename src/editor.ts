/** The person's editor, as kubectl finds it, on a draft that outlives whatever goes wrong. */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { textOfFile } from './config/text.ts'
import { KpxError } from './error.ts'
import { interruptSelf } from './interruption.ts'

export class Draft {
  readonly #name: string
  #folder: string | undefined

  /** `name` is the file's. */
  constructor(name: string) {
    this.#name = name
  }

  /** Undefined before anything was written. */
  get path(): string | undefined {
    return this.#folder === undefined ? undefined : join(this.#folder, this.#name)
  }

  /** Lets the person edit a text. Throws KPX1023, KPX1024, and KPX2001 for what is no text any more. */
  async edit(text: string, env: NodeJS.ProcessEnv): Promise<string> {
    const path = this.#write(text)
    await runEditor(editorOf(env), path)
    return textOfFile('what was saved', this.#read(path))
  }

  #write(text: string): string {
    try {
      this.#folder ??= mkdtempSync(join(tmpdir(), 'kpx-edit-'))
      const path = join(this.#folder, this.#name)
      writeFileSync(path, text, { mode: 0o600 })
      return path
    } catch (error) {
      throw draftFailure('written', error)
    }
  }

  #read(path: string): Buffer {
    try {
      return readFileSync(path)
    } catch (error) {
      throw draftFailure('read again', error)
    }
  }

  /** When nothing of it is needed any more. */
  delete(): void {
    if (this.#folder !== undefined) rmSync(this.#folder, { recursive: true, force: true })
    this.#folder = undefined
  }
}

const draftFailure = (what: string, error: unknown): KpxError =>
  new KpxError('KPX1024', `the draft cannot be ${what}: ${error instanceof Error ? error.message : String(error)}`)

const editorOf = (env: NodeJS.ProcessEnv): string => {
  const named = [env['KUBE_EDITOR'], env['EDITOR']].find((one) => one !== undefined && one.trim() !== '')
  return named ?? (process.platform === 'win32' ? 'notepad' : 'vi')
}

/** A shell reads the words, as the variables may have arguments and quotes. */
async function runEditor(editor: string, path: string): Promise<void> {
  const restore = leaveKeysToEditor()
  const { code, signal } = await ended(editor, path).finally(restore)
  if (code === 0) return
  if (signal === 'SIGINT' || code === interrupted) return interruptSelf()
  const how = signal === null ? `ended with status ${code}` : `was ended by ${signal}`
  throw new KpxError('KPX1023', `the editor "${editor}" ${how}: nothing was changed`)
}

/** How shells tell that Ctrl-C ended the program. */
const interrupted = 130

function ended(
  editor: string,
  path: string,
): Promise<{ readonly code: number | null; readonly signal: string | null }> {
  const [shell, ...words] =
    process.platform === 'win32' ? ['cmd', '/c', `${editor} "${path}"`] : ['sh', '-c', `${editor} "$1"`, 'sh', path]
  return new Promise((resolve, reject) => {
    const child = spawn(shell ?? 'sh', words, { stdio: 'inherit' })
    child.on('error', (error) =>
      reject(new KpxError('KPX1023', `the editor "${editor}" cannot be started: ${error.message}`)),
    )
    child.on('close', (code, signal) => resolve({ code, signal }))
  })
}

/** Ctrl-C is the editor's while it has the terminal; the function that it returns gives it back. */
function leaveKeysToEditor(): () => void {
  const own = process.rawListeners('SIGINT') as NodeJS.SignalsListener[]
  process.removeAllListeners('SIGINT')
  const ignore = (): void => undefined
  process.on('SIGINT', ignore)
  return () => {
    process.off('SIGINT', ignore)
    for (const listener of own) process.on('SIGINT', listener)
  }
}
