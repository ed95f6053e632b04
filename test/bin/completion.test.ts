/** The completion scripts in the shells themselves, and what kpx tells them. Needs `npm run build`. */
import { execFile, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { expect } from 'chai'
import { startApiServer } from '../fake/api-server.ts'
import { captures, kpx, kpxProcess, root } from '../kpx.ts'
import { needsProgram } from '../needs-program.ts'

const execute = promisify(execFile)

/** As readline breaks a line: at blanks, and before and after = and :. */
const bashWords = (line: string): readonly string[] =>
  line.match(/[=:]+|[^\s=:]+|\s$/g)?.map((word) => word.trim()) ?? []

const shells: Readonly<Record<string, (line: string) => readonly string[]>> = {
  bash: (line) => [
    '-c',
    `source <(kpx completion bash); compopt() { echo "[$*]"; }
     line=$1; shift; COMP_LINE=$line COMP_POINT=\${#line} COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)); _kpx
     printf '%s\\n' "\${COMPREPLY[@]}"`,
    'bash',
    line,
    ...bashWords(line),
  ],
  fish: (line) => ['--no-config', '-c', 'kpx completion fish | source; complete -C $argv[1]', line],
}

describe('shell completion', function () {
  this.timeout(60_000)
  let folder = ''

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'kpx-completion-'))
    mkdirSync(join(folder, 'bin'))
    symlinkSync(join(root, 'bin/run.js'), join(folder, 'bin/kpx'))
    symlinkSync(captures, join(folder, 'captures'))
  })

  after(() => rmSync(folder, { recursive: true }))

  const env = (): NodeJS.ProcessEnv => ({
    ...process.env,
    HOME: folder,
    KUBECONFIG: join(folder, 'none'),
    PATH: `${join(folder, 'bin')}:${process.env['PATH']}`,
    XDG_CACHE_HOME: folder,
  })

  const run = (shell: string, argv: readonly string[], input = '') => {
    const { stderr, stdout } = spawnSync(shell, argv, { cwd: folder, encoding: 'utf8', env: env(), input })
    expect(stderr, `${shell} ${argv.join(' ')}`).to.equal('')
    return stdout
  }

  const in_ = (shell: string, line: string): readonly string[] =>
    run(shell, shells[shell]?.(line) ?? [])
      .split('\n')
      .flatMap((one) => (one === '' ? [] : [one.split('\t')[0] ?? '']))

  const capture = 'captures/k1.37-iptables'

  it('prints a script for each shell', async () => {
    for (const shell of ['bash', 'fish', 'zsh']) {
      const { exit, stdout } = await kpx('completion', shell)
      expect({ exit, isFor: stdout.includes(`# ${shell} completion of kpx`) }).to.deep.equal({ exit: 0, isFor: true })
    }
    const { exit, stderr } = await kpx('completion', 'tcsh')
    expect(exit).to.equal(2)
    expect(stderr).to.include('fix: run: kpx completion --help')
  })

  it('has a script for each shell that it names', () => {
    expect(readdirSync(join(root, 'bin/completion'))).to.deep.equal(['kpx.bash', 'kpx.fish', 'kpx.zsh'])
  })

  describe('in bash', () => {
    const lines: readonly (readonly [line: string, ...expected: string[]])[] = [
      ['kpx expl', 'explain'],
      ['kpx mode set n', 'nftables'],
      // what stands before = stays as it is typed
      ['kpx config set mode=nf', 'nftables'],
      ['kpx config set ipvs.strictARP=', 'true', 'false'],
      ['kpx config set ipvs.strictA', '[-o nospace]', 'ipvs.strictARP='],
      ['kpx verify --output=ju', 'junit'],
      ['kpx services --from', '--from'],
      ['kpx services --from cap', '[-o default]'],
      ['kpx services --from=cap', '[-o default]'],
      [`kpx explain service --from ${capture} shop/web-`, 'shop/web-lb', 'shop/web-np', 'shop/web-sticky'],
      [`kpx explain service --from=${capture} -n shop web-l`, 'web-lb'],
      [`kpx trace --from ${capture} node/node1 node/node2`, '[-o nospace]', 'node/node2:'],
      ['kpx nothing '],
    ]
    for (const [line, ...expected] of lines) {
      it(`completes: ${line}`, () => expect(in_('bash', line)).to.deep.equal(expected))
    }

    it('completes at the cursor, not at the end of the line', () => {
      const script = `source <(kpx completion bash); COMP_LINE='kpx expl -n shop' COMP_POINT=8 COMP_WORDS=(kpx expl -n shop) COMP_CWORD=1
        _kpx; echo "$COMPREPLY"`
      expect(run('bash', ['-c', script])).to.equal('explain\n')
    })

    it('takes a colon for part of a word where it breaks none', () => {
      const script = `source <(kpx completion bash); COMP_WORDBREAKS=' '
        COMP_LINE='kpx config set mode=nf' COMP_POINT=22 COMP_WORDS=(kpx config set mode=nf) COMP_CWORD=3; _kpx; echo "$COMPREPLY"`
      expect(run('bash', ['-c', script])).to.equal('mode=nftables\n')
    })
  })

  describe('in fish', () => {
    before(function () {
      needsProgram(this, 'fish')
    })

    it('completes commands, values, names and files', () => {
      expect(in_('fish', 'kpx expl')).to.deep.equal(['explain'])
      expect(in_('fish', 'kpx explain ')).to.include.members(['field', 'service'])
      expect(in_('fish', 'kpx config set mode=nf')).to.deep.equal(['mode=nftables'])
      expect(in_('fish', `kpx explain service --from=${capture} shop/web-l`)).to.deep.equal(['shop/web-lb'])
      expect(in_('fish', 'kpx services --from bi')).to.deep.equal(['bin/'])
      expect(in_('fish', 'kpx services --from=bi')).to.deep.equal(['--from=bin/'])
      expect(in_('fish', 'kpx services --sel')).to.deep.equal(['--selector'])
    })
  })

  describe('in zsh', () => {
    before(function () {
      needsProgram(this, 'zsh')
    })

    /** The line as it is after Tab, typed at a terminal of zsh's own. */
    const typed = (line: string): string => {
      const script = `zmodload zsh/zpty; zpty shell zsh -f -i
        zpty -w shell "PS1=; autoload -U compinit; compinit -u -D; source <(kpx completion zsh)"
        zpty -w shell "accept() { print -r -- \\"<\\$BUFFER>\\"; exit }; zle -N accept; bindkey '^X' accept; print ready"
        zpty -r shell out '*ready*ready*'
        zpty -w -n shell "$1"$'\\t\\x18'; zpty -r shell out '*>*'; print -r -- "$out"`
      return /<([^>]*)>/.exec(run('zsh', ['-f', '-c', script, 'zsh', line]))?.[1] ?? ''
    }

    for (const [line, expected] of [
      ['kpx expl', 'kpx explain '],
      ['kpx config set mode=nf', 'kpx config set mode=nftables '],
      ['kpx config set ipvs.strictA', 'kpx config set ipvs.strictARP='],
      [`kpx explain service --from=${capture} shop/web-l`, `kpx explain service --from=${capture} shop/web-lb `],
      ['kpx services --from=capt', 'kpx services --from=captures/'],
    ] as const) {
      it(`completes: ${line}`, () => expect(typed(line)).to.equal(expected))
    }
  })

  describe('as kubectl asks a plugin', () => {
    it('ends at once and says nothing of what went wrong', async () => {
      const server = await startApiServer({ get: () => 'hang' })
      try {
        const started = performance.now()
        const words = ['explain', 'service', '--kubeconfig', server.kubeconfig, '']
        const { exit, stderr, stdout } = await kpxProcess('__complete', '--', ...words)
        expect({ exit, stderr, stdout }).to.deep.equal({ exit: 0, stderr: '', stdout: ':4\n' })
        expect(performance.now() - started).to.be.lessThan(4000)
      } finally {
        await server.close()
      }
    })

    it('goes on without the shell, and has what comes later for the next one', async () => {
      const body = { items: [{ metadata: { name: 'web', namespace: 'default' } }] }
      let asked = 0
      const server = await startApiServer({ get: () => (asked++ === 0 ? 'hang' : { body }) })
      const words = ['explain', 'service', '--kubeconfig', server.kubeconfig, 'w']
      const ask = async (): Promise<string> =>
        (await execute(process.execPath, [`${root}bin/run.js`, '__complete', '--', ...words], { env: env() })).stdout
      try {
        expect(await ask()).to.equal(':4\n')
        const cache = join(folder, 'kpx/names.json')
        const end = performance.now() + 10_000
        while (!existsSync(cache) && performance.now() < end) await sleep(50)
        expect(await ask()).to.equal('web\n:4\n')
        expect(asked).to.equal(2)
      } finally {
        await server.close()
      }
    })
  })
})
