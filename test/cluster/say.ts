/** What the cluster does, on stderr with the seconds since the start. */
const start = performance.now()

const seconds = (since: number) => ((performance.now() - since) / 1000).toFixed(1)

/** Says what begins; the function that it returns says that it is done. */
export function say(what: string): () => void {
  const began = performance.now()
  process.stderr.write(`[${seconds(start).padStart(6)}s] ${what}\n`)
  return () => {
    process.stderr.write(`[${seconds(start).padStart(6)}s] ${what}: ${seconds(began)} s\n`)
  }
}
