import { runCheck } from './check/run.ts'

// A reader that has seen enough, as `head`, ends the command.
process.stdout.on('error', () => process.exit(0))
// What plugins print while they are loaded is no part of the report.
console.log = console.info = console.debug = console.error

const terminal = {
  out: (line: string) => void process.stdout.write(`${line}\n`),
  err: (line: string) => void process.stderr.write(`${line}\n`),
}
const code = await runCheck(process.argv.slice(2), process.env, terminal)
// A plugin may have left a timer or a socket behind; what was printed to a pipe must be read to its end.
process.stdout.write('', () => process.exit(code))
