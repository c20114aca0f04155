/** Matches from a place on, and all that follows in the pattern with it; then `run.end` is where the match ends. */
export type Step = (run: MatchRun, at: number) => boolean

/** Steps that one match may take: some tenths of a second. */
const MAX_STEPS = 2_000_000

/** Thrown where a match takes more steps than it may. */
export class StepsExceeded extends Error {}

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
  #left = MAX_STEPS

  constructor(
    text: string,
    sizes: { readonly groups: number; readonly locals: number },
    { isWhole, previousEnd }: { readonly isWhole: boolean; readonly previousEnd: number },
  ) {
    this.text = text
    this.isWhole = isWhole
    this.previousEnd = previousEnd
    this.groups = new Array<number>(sizes.groups * 2).fill(-1)
    this.locals = new Array<number>(sizes.locals).fill(-1)
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

  /** A match that would go on for ever ends here. */
  spend(steps: number): void {
    this.#left -= steps
    if (this.#left < 0) throw new StepsExceeded()
  }
}
