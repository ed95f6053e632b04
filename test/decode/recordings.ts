/** The files of test/captures, for tests of decoders. */
import { readFileSync, readdirSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { sourceFile } from '../../src/decode/source.ts'
import type { LineReport, SourceFile } from '../../src/decode/source.ts'
import { root } from '../kpx.ts'

const captures = join(root, 'test', 'captures')

/** Every recorded node file whose name contains `part`; names are `CAPTURE/nodes/NODE/FILE`. */
export function recordings(part: string): SourceFile[] {
  const files = readdirSync(captures, { recursive: true, encoding: 'utf8' }).toSorted()
  const named = files.filter((file) => file.includes('/nodes/') && basename(file).includes(part))
  return named.filter((file) => statSync(join(captures, file)).isFile()).map(recording)
}

export const recording = (name: string): SourceFile => sourceFile(name, readFileSync(join(captures, name)))

/** A file of these lines, each with its line end. */
export const fileOf = (...lines: string[]): SourceFile => ({
  name: 'file',
  text: lines.map((line) => `${line}\n`).join(''),
})

export const textFile = (text: string): SourceFile => sourceFile('file', Buffer.from(text))

/** Every line is accounted for once. */
export const adds = ({ ignored, lines, recognised, unknown }: LineReport): boolean =>
  recognised >= 0 && recognised + ignored.length + unknown.length === lines
