// Manual pages of the commands, in the macros of man(7): what --help says, from the same manifest.

/** `manifest` is oclif's, `about` package.json; `exits` has each exit code with its meaning. A text for each file name. */
export function manPages({ commands }, about, exits) {
  const shown = Object.values(commands)
    .filter(({ hidden }) => !hidden)
    .sort((a, b) => (a.id < b.id ? -1 : 1))
  const names = shown.map(nameOf)
  const pages = shown.map((command) => [nameOf(command), commandPage(command, about, exits, names)])
  return Object.fromEntries(
    [['kpx', overview(shown, about, exits)], ...pages].map(([name, page]) => [`${name}.1`, page]),
  )
}

/** `kpx-explain-service`: what man(1) looks for where it is asked for `kpx explain`. */
const nameOf = ({ id }) => ['kpx', ...id.split(':')].join('-')
const typed = ({ id }) => ['kpx', ...id.split(':')].join(' ')

function overview(commands, about, exits) {
  const list = commands.flatMap((command) => entry(bold(typed(command)), command.summary))
  return page('kpx', about, [
    section('NAME', [`kpx \\- ${escaped(lowerFirst(about.description))}`]),
    section('SYNOPSIS', [`${bold('kpx')} ${italic('COMMAND')} [${italic('ARGUMENT')}]... [${italic('FLAG')}]...`]),
    section('DESCRIPTION', [paragraph(topicsOf(about).join('; '))]),
    section('COMMANDS', list),
    exitStatus(exits),
    section(
      'ENVIRONMENT',
      environment.flatMap(([name, text]) => entry(bold(name), text)),
    ),
    section(
      'FILES',
      files.flatMap(([name, text]) => entry(italic(name), text)),
    ),
    seeAlso(commands.map(nameOf)),
  ])
}

const topicsOf = ({ oclif }) => Object.values(oclif.topics).map(({ description }) => description)

const environment = [
  ['KUBECONFIG', 'The kubeconfig files, as for kubectl.'],
  ['KUBE_EDITOR, EDITOR', 'The editor of kpx edit.'],
  ['NO_COLOR, FORCE_COLOR, TERM', 'Whether there is colour.'],
  ['COLUMNS', 'How wide tables are where no terminal says so.'],
  ['HTTPS_PROXY, NO_PROXY', 'The way to the API server, as for kubectl.'],
  ['XDG_CACHE_HOME', 'The folder of the names that completion keeps.'],
  ['KPX_DEBUG', 'With 1, an error comes with its stack.'],
]

const files = [
  ['~/.kube/config', 'The kubeconfig, where no other is named.'],
  ['.kpx.yaml', 'Findings that are known and accepted, of checks that are started in its folder.'],
]

function commandPage(command, about, exits, names) {
  const { args, description, examples = [], flags, summary } = command
  const name = nameOf(command)
  const sections = [
    section('NAME', [`${escaped(name)} \\- ${escaped(summary)}`]),
    section('SYNOPSIS', [synopsis(command)]),
    ...(description ? [section('DESCRIPTION', [paragraph(description)])] : []),
    section('ARGUMENTS', Object.values(args).flatMap(argument)),
    section('OPTIONS', [...Object.values(flags).filter(({ hidden }) => !hidden), help].sort(byName).flatMap(flagEntry)),
    section('EXAMPLES', examples.flatMap(example)),
    exitStatus(exits),
    seeAlso(['kpx', ...names.filter((one) => one !== name && topicOf(one) === topicOf(name))]),
  ]
  return page(name, about, sections)
}

const help = { name: 'help', char: 'h', type: 'boolean', summary: 'how the command is used' }
const byName = (a, b) => (a.name < b.name ? -1 : 1)
const topicOf = (name) => name.split('-').slice(0, 2).join('-')

function synopsis(command) {
  const words = Object.values(command.args).map(({ name, required }) => {
    const word = italic(name.toUpperCase())
    return required ? word : `[${word}]`
  })
  if (!command.strict && words.length > 0) words[words.length - 1] += '...'
  const needed = Object.values(command.flags).filter(({ required }) => required)
  const flags = needed.map(({ helpValue, name }) => `${bold(`--${name}`)}=${italic(helpValue ?? 'VALUE')}`)
  return [bold(typed(command)), ...words, ...flags, `[${italic('FLAG')}]...`].join(' ')
}

const argument = ({ default: usual, description, name, options }) =>
  entry(
    italic(name.toUpperCase()),
    `${description ?? ''}${options ? `: ${options.join(', ')}` : ''}${usual === undefined ? '' : ` (default: ${usual})`}`,
  )

function flagEntry({ allowNo, char, default: usual, helpValue, multiple, name, options, required, summary, type }) {
  const long = bold(`--${allowNo ? '[no-]' : ''}${name}`)
  const value =
    type === 'option' ? `=${italic(helpValue ?? (options ? 'FORMAT' : 'VALUE'))}${multiple ? '...' : ''}` : ''
  const notes = [
    ...(required ? ['It is required.'] : []),
    ...(options ? [`One of ${options.join(', ')}.`] : []),
    ...(type === 'option' && usual !== undefined ? [`Default: ${usual}.`] : []),
  ]
  return entry(`${char ? `${bold(`-${char}`)}, ` : ''}${long}${value}`, [`${summary}.`, ...notes].join(' '))
}

const example = (text) => ['.PP', '.nf', '.RS 4', escaped(text.replaceAll('<%= config.bin %>', 'kpx')), '.RE', '.fi']

const exitStatus = (exits) =>
  section(
    'EXIT STATUS',
    exits.flatMap(([code, meaning]) => entry(bold(code), `${meaning}.`)),
  )

const seeAlso = (names) => section('SEE ALSO', [names.map((name) => `${bold(name)}(1)`).join(', ')])

/** Without a date: whoever builds it again gets the same. */
function page(name, { version }, sections) {
  const comment = '.\\" Made by npm run build: do not edit.'
  return [comment, `.TH "${escaped(name.toUpperCase())}" 1 "" "kpx ${version}" "kpx"`, ...sections.flat(), ''].join(
    '\n',
  )
}

const section = (title, lines) => (lines.length === 0 ? [] : [`.SH ${title}`, ...lines])
const entry = (term, text) => ['.TP', term, paragraph(text)]
/** The program's own name stays as it is typed. */
const upperFirst = (text) => (text.startsWith('kpx') ? text : text.charAt(0).toUpperCase() + text.slice(1))
const paragraph = (text) => escaped(upperFirst(text)).replace(/([^.?!])$/, '$1.')
const lowerFirst = (text) => text.charAt(0).toLowerCase() + text.slice(1)

const bold = (text) => `\\fB${escaped(text)}\\fR`
const italic = (text) => `\\fI${escaped(text)}\\fR`

/** groff_char(7): these would be printed as other characters, and a dot or an apostrophe at the beginning is a request. */
const special = { '\\': '\\e', '-': '\\-', "'": '\\(aq', '`': '\\(ga', '^': '\\(ha', '~': '\\(ti', '"': '\\(dq' }
const escaped = (text) => text.replaceAll(/[\\'`^~"-]/g, (character) => special[character]).replaceAll(/^\./gm, '\\&.')
