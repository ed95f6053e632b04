/** The pictures of the README are what the commands print now: `UPDATE_GOLDEN=1` writes them anew. Needs `npm run build`. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { printed } from './environment.ts'
import { root } from './kpx.ts'
import { picture } from './picture.ts'

const columns = 100

/** As the README breaks a recording. */
const breaking = [
  'cp -r test/captures/k1.37-iptables broken',
  "grep -v 'shop/web:http -> .* 0\\.5' test/captures/k1.37-iptables/nodes/node1/iptables-save.txt > broken/nodes/node1/iptables-save.txt",
]

/** By the file's name. */
const shown: Readonly<Record<string, Readonly<Record<'about' | 'command', string>>>> = {
  'explain-service': {
    command: 'kpx explain service web-lb -n shop --from test/captures/k1.37-iptables',
    about:
      'Each address of the Service shop/web-lb with its pods and their shares, and the rule that drops some clients.',
  },
  trace: {
    command: 'kpx trace outside/node1 203.0.113.10:80 --from test/captures/k1.37-iptables',
    about: 'A packet from outside to a load balancer address, rule by rule until one drops it.',
  },
  verify: {
    command: 'kpx verify --from broken',
    about: 'One error: node1 sends nothing to a ready pod of the Service shop/web, with its rules and the next step.',
  },
}

describe('the pictures of the README', () => {
  const readme = readFileSync(join(root, 'README.md'), 'utf8')
  let folder: string

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'kpx-pictures-'))
    symlinkSync(join(root, 'test'), join(folder, 'test'))
    expect(readme).to.include(breaking.map((line) => `    ${line}\n`).join(''))
    execFileSync('bash', ['-c', breaking.join('\n')], { cwd: folder })
  })

  after(() => rmSync(folder, { recursive: true }))

  for (const [name, { about, command }] of Object.entries(shown)) {
    it(`show what this prints: ${command}`, async () => {
      const env = { COLUMNS: String(columns), FORCE_COLOR: '1' }
      const { stderr, stdout } = await printed(command.split(' ').slice(1), env, `cd ${folder} && exec "$@" <&-`)
      expect(stderr).to.equal('')
      const now = picture({ about, columns, command, output: stdout })
      const file = join(root, '.pictures', `${name}.svg`)
      if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(file, now)
      expect(readFileSync(file, 'utf8')).to.equal(now)
      expect(readme).to.include(`![${about}](.pictures/${name}.svg)`)
    })
  }

  it('are all here', () => {
    const files = Object.keys(shown).map((name) => `${name}.svg`)
    const linked = Array.from(readme.matchAll(/\]\(\.pictures\/(.+?)\)/g), ([, file]) => file)
    expect(linked).to.have.members(files)
    expect(readdirSync(join(root, '.pictures'))).to.have.members(files)
  })

  it('take what is printed for text, and lay it out as a terminal does', () => {
    const one = picture({
      about: 'a "b"',
      columns: 10,
      command: 'a <b>',
      output: '  \u001b[31m<&\u001b[39m  \u001b[1mc\u001b[22m\n\n',
    })
    expect(one)
      .to.include('<title id="title">a &lt;b&gt;</title>')
      .and.include('<desc id="about">a &quot;b&quot;</desc>')
    expect(one)
      .to.include('<text class="red" x="32" y="49" textLength="16">&lt;&amp;</text>')
      .and.include('<text class="bold" x="64" y="49" textLength="8">c</text>')
    expect(() => picture({ about: '', columns: 10, command: '', output: '\u001b[5mx' })).to.throw('no look for')
  })
})
