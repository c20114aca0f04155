/** Matches from a place on, and all that follows in the pattern with it; then `run.end` is where the match ends. */
export type Step = (run: MatchRun, at: number) => boolean

/** Steps that may be taken with any text: less than a tenth of a second. */
const FREE_STEPS = 2_000_000
/** Steps that may be taken for each character beyond those: a long text is one to go through, not one to fail at. */
const STEPS_PER_CHAR = 32

/** Thrown where more steps are taken than may be. */
export class StepsExceeded extends Error {}

/** What is left of the steps that may be taken with one text, in all the matches that are looked for in it. */
export class StepBudget {
  #left: number

  constructor(text: string) {
    this.#left = FREE_STEPS + STEPS_PER_CHAR * text.length
  }

  /** What would go on for ever ends here. */
  spend(steps: number): void {
    this.#left -= steps
    if (this.#left < 0) throw new StepsExceeded()
  }
}

interface MatchKind {
  readonly isWhole: boolean
  readonly previousEnd: number
  /** How many groups and how many places for repetitions a match of the pattern holds. */
  readonly groups: number
  readonly locals: number
}

/** What one match holds while it goes on. */
export class MatchRun {
  readonly text: string
  /** Whether a match must reach the end of the text. */
  readonly isWhole: boolean
  /** Where the match before ended, for `\G`. */
  readonly previousEnd: number
  /** Start and end of each group; -1 where it has not matched. */
  readonly groups: number[]
  /** Where a repetition has begun its turn, and how many there were. */
  readonly locals: number[]
  /** Per repetition, where another turn has led to nothing. */
  readonly futile: (Set<number> | undefined)[] = []
  end = 0
  /** Where what a look-behind looks for must end. */
  behindEnd = 0
  readonly #steps: StepBudget

  constructor(text: string, steps: StepBudget, kind: MatchKind) {
    this.text = text
    this.#steps = steps
    this.isWhole = kind.isWhole
    this.previousEnd = kind.previousEnd
    this.groups = new Array<number>(kind.groups * 2).fill(-1)
    this.locals = new Array<number>(kind.locals).fill(-1)
  }

  startOf(group: number): number {
    return this.groups[group * 2] ?? -1
  }

  endOf(group: number): number {
    return this.groups[group * 2 + 1] ?? -1
  }

  setGroup(group: number, start: number, end: number): void {
    this.groups[group * 2] = start
    this.groups[group * 2 + 1] = end
  }

  local(index: number): number {
    return this.locals[index] ?? -1
  }

  spend(steps: number): void {
    this.#steps.spend(steps)
  }
}
