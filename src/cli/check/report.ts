import type { Finding, Subject, Verdict } from './finding.ts'

const verdicts: readonly Verdict[] = ['missing', 'different', 'supported']

/** How many findings of each kind there are. */
export function countsOf(subjects: readonly Subject[]): Readonly<Record<Verdict, number>> {
  const counts = { supported: 0, different: 0, missing: 0 }
  for (const { findings } of subjects) for (const { verdict } of findings) counts[verdict]++
  return counts
}

/** For people: what is supported in full is counted, and listed where `all` says so. */
export function textReport(subjects: readonly Subject[], all: boolean): string {
  const lines = subjects.flatMap((subject) => [titleOf(subject), ...linesOf(subject, all)])
  return [...lines, '', conclusionOf(subjects)].join('\n')
}

/** For programs. */
export function jsonReport(subjects: readonly Subject[]): string {
  return JSON.stringify({ counts: countsOf(subjects), subjects }, null, 2)
}

function titleOf(subject: Subject): string {
  const counts = countsOf([subject])
  const parts = verdicts.filter((verdict) => counts[verdict] > 0)
  return `${subject.name}: ${parts.map((verdict) => `${counts[verdict]} ${verdict}`).join(', ')}`
}

function linesOf({ findings }: Subject, all: boolean): readonly string[] {
  return verdicts.flatMap((verdict) =>
    findings
      .filter((finding) => finding.verdict === verdict && (all || isNews(finding)))
      .map(lineOf),
  )
}

function isNews({ verdict, note, link }: Finding): boolean {
  return verdict !== 'supported' || note !== undefined || link !== undefined
}

function lineOf({ verdict, key, className, note, link }: Finding): string {
  const what = className === undefined ? key : `${key} = ${className}`
  const see = link === undefined ? '' : ` See ${link}.`
  return `  ${verdict.padEnd(9)}  ${what}${note === undefined ? '' : `: ${note}`}${see}`
}

function conclusionOf(subjects: readonly Subject[]): string {
  const { missing } = countsOf(subjects)
  return missing === 0 ? 'Nothing is missing.' : `${missing} missing.`
}
