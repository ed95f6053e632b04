/** What the terminal can show: asked once, at the edge, so that views take width and colour as arguments. */
interface Stream {
  readonly isTTY?: boolean | undefined
  readonly columns?: number | undefined
}

/** Columns of the terminal, or of COLUMNS where there is none; without an end in a log or a pipe, whose reader searches lines. */
export function terminalWidth(stream: Stream, env: NodeJS.ProcessEnv): number {
  for (const width of [stream.columns, Number(env['COLUMNS'])]) {
    if (width !== undefined && Number.isInteger(width) && width > 0) return width
  }
  return Infinity
}

/** https://no-color.org and https://force-color.org: a variable that is set and not empty decides; NO_COLOR wins. */
export function wantsColour(stream: Stream, env: NodeJS.ProcessEnv): boolean {
  if (env['NO_COLOR'] !== undefined && env['NO_COLOR'] !== '') return false
  const force = env['FORCE_COLOR']
  if (force !== undefined && force !== '') return force !== '0' && force !== 'false'
  return stream.isTTY === true && env['TERM'] !== 'dumb'
}
