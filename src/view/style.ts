/** Colour: the only importer of chalk. Whether there is any is an argument. */
import { Chalk } from 'chalk'
import { sanitise } from './sanitise.ts'

/** Makes one value of the data safe and paints it. */
export type Paint = (text: string) => string

export interface Style {
  /** True where the paints write escape sequences. */
  readonly colour: boolean
  readonly bold: Paint
  readonly dim: Paint
  readonly good: Paint
  readonly warn: Paint
  readonly bad: Paint
  /** What a reader looks for: names and addresses. */
  readonly key: Paint
}

/** What every view is told of where it is shown. */
export interface ViewOptions {
  /** Columns; Infinity where nobody looks at a screen. */
  readonly width: number
  readonly wide: boolean
  /** Rows of a long list that are shown. */
  readonly limit: number
  readonly style: Style
}

/** What is painted is data and made safe first. */
function paint(colourise: (text: string) => string): Paint {
  return (text) => colourise(sanitise(text))
}

export function style(colour: boolean): Style {
  // 16 colours: what every terminal has, in the reader's own palette
  const chalk = new Chalk({ level: colour ? 1 : 0 })
  return {
    colour,
    bold: paint(chalk.bold),
    dim: paint(chalk.dim),
    good: paint(chalk.green),
    warn: paint(chalk.yellow),
    bad: paint(chalk.red),
    key: paint(chalk.cyan),
  }
}
