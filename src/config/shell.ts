/** A shell's script as the words of its commands, as far as a container's command needs it: quotes, operators, redirections. */

const separators = new Set(['&&', '||', ';', '|', '&', '\n'])

/** The simple commands of a script, without redirections. Variables and substitutions stay as they are written. */
export function shellCommands(script: string): string[][] {
  const commands: string[][] = [[]]
  let skip = false
  for (const token of tokensOf(script)) {
    if (token.operator && separators.has(token.text)) commands.push([])
    else if (token.operator) skip = !/&\d$/.test(token.text)
    else if (skip) skip = false
    else commands.at(-1)?.push(token.text)
  }
  return commands.filter((words) => words.length > 0)
}

interface Token {
  readonly text: string
  readonly operator: boolean
}

const blank = /(?:[ \t]|\\\n)+/y
const operator = /\d*(?:>>?&?\d?|<&?)|&&|\|\||[;|&\n]/y
const piece = /'([^']*)'|"((?:[^"\\]|\\[^])*)"|\\([^])|((?:\$\((?:[^)]*)\)|[^\s'"\\;|&<>])+)/y

function* tokensOf(script: string): Generator<Token> {
  let at = 0
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at
    const match = pattern.exec(script)
    at += match?.[0].length ?? 0
    return match
  }
  while (at < script.length) {
    if (take(blank)) continue
    const found = take(operator)
    if (found) {
      yield { text: found[0], operator: true }
      continue
    }
    let word = ''
    for (let match = take(piece); match; match = take(piece)) {
      const [, single, double, escaped, bare] = match
      word += single ?? double?.replaceAll(/\\(["\\$`])/g, '$1') ?? escaped ?? bare ?? ''
    }
    // a quote that does not end
    if (word === '' && !/['"]$/.test(script.slice(0, at))) at++
    yield { text: word, operator: false }
  }
}
