import { runPluginPath } from './plugin-path/run.ts'

// A reader that has seen enough, as `head`, ends the command.
process.stdout.on('error', () => process.exit(0))
// What plugins print while they are loaded is no row of the table.
console.log = console.info = console.debug = console.error

const terminal = {
  out: (line: string) => void process.stdout.write(`${line}\n`),
  err: (line: string) => void process.stderr.write(`${line}\n`),
}
const code = await runPluginPath(process.argv.slice(2), terminal)
// A plugin may have left a timer or a socket behind; what was printed to a pipe must be read to its end.
process.stdout.write('', () => process.exit(code))
