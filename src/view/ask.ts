/** Questions to the person at the terminal. */
import { interruptSelf } from '../interruption.ts'

interface Terminal {
  readonly isTTY?: boolean | undefined
}

/** Whether there is somebody to ask, who sees the question. */
export const canAsk = (stdin: Terminal, stderr: Terminal): boolean => stdin.isTTY === true && stderr.isTTY === true

/** No is the answer of whoever just presses Enter. Ctrl-C ends kpx as it does everywhere. */
export async function confirm(message: string): Promise<boolean> {
  // loaded by those alone who are asked
  const { default: inquirer } = await import('inquirer')
  const prompt = inquirer.createPromptModule({ output: process.stderr })
  try {
    const { yes } = await prompt([{ type: 'confirm', name: 'yes', message, default: false }])
    return yes
  } catch (error) {
    // the prompt reads the keys itself, so that Ctrl-C is no signal
    if (error instanceof Error && error.name === 'ExitPromptError') return interruptSelf()
    throw error
  }
}
