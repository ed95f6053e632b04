/** Questions to the person at the terminal. */
import { interruptSelf } from '../interruption.ts'
import { sanitise } from './sanitise.ts'

interface Terminal {
  readonly isTTY?: boolean | undefined
}

/** Whether there is somebody to ask, who sees the question. */
export const canAsk = (stdin: Terminal, stderr: Terminal): boolean => stdin.isTTY === true && stderr.isTTY === true

/** No is the answer of whoever just presses Enter. Ctrl-C ends kpx as it does everywhere. */
export async function confirm(message: string): Promise<boolean> {
  const { yes } = await asked({ type: 'confirm', name: 'yes', message, default: false })
  return yes === true
}

/** Whether the word is typed: whoever agrees to much is to know to what. */
export async function typed(question: string, word: string): Promise<boolean> {
  const message = `${question} Type ${sanitise(word)} if you want it:`
  const answer = await asked({ type: 'input', name: 'word', message })
  return answer['word'] === word
}

type Question = { readonly name: string; readonly message: string } & (
  { readonly type: 'confirm'; readonly default: boolean } | { readonly type: 'input' }
)

async function asked(question: Question): Promise<Readonly<Record<string, unknown>>> {
  // loaded by those alone who are asked
  const { default: inquirer } = await import('inquirer')
  const prompt = inquirer.createPromptModule({ output: process.stderr })
  try {
    return await prompt([question])
  } catch (error) {
    // the prompt reads the keys itself, so that Ctrl-C is no signal
    if (error instanceof Error && error.name === 'ExitPromptError') return interruptSelf()
    throw error
  }
}
