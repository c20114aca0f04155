import type { GroupMember, GroupNeeds } from '../../src/herder/distributed/options.ts'
import { noWork } from '../../src/herder/distributed/work.ts'
import type { Work } from '../../src/herder/distributed/work.ts'
import type { GroupAssignment } from '../../src/herder/distributed/worker-group.ts'

/** A place in a group whose coordinator is the test: what it says is served as by the real one. */
export class FakeGroupMember implements GroupMember {
  generation: number | null = null
  /** Why it was to join again, in order. */
  readonly rejoins: string[] = []
  /** Who runs what, by `a` or `a-0`. */
  readonly owners = new Map<string, string>()
  hasLeft = false
  readonly #needs: GroupNeeds
  readonly #toServe: (() => Promise<void>)[] = []
  #held: Work = noWork

  constructor(needs: GroupNeeds) {
    this.#needs = needs
  }

  /** The leader's word: by default a new generation, led by this worker, in which it keeps what it has. */
  assign(more: Partial<GroupAssignment> = {}): void {
    this.#say(async () => {
      const assignment: GroupAssignment = {
        generation: (this.generation ?? 0) + 1,
        version: 2,
        isLeader: true,
        leaderUrl: 'http://leader:8083/',
        failed: false,
        configOffset: this.#needs.configs.fresh().offset,
        work: this.#held,
        isDrained: this.#needs.isDrained(),
        wasRevoked: false,
        delayMs: 0,
        ...more,
      }
      this.generation = assignment.generation
      this.#held = assignment.work
      await this.#needs.listener.assigned(assignment)
    })
  }

  revoke(work: Work): void {
    this.#say(() => this.#needs.listener.revoked(work))
  }

  lose(): void {
    this.generation = null
    this.#say(() => this.#needs.listener.lost(this.#held))
  }

  /** No joining helps against it. */
  fail(error: Error): void {
    this.#say(() => Promise.reject(error))
  }

  ownerUrl(connector: string, task?: number): string | null {
    return this.owners.get(task === undefined ? connector : `${connector}-${task}`) ?? null
  }

  requestRejoin(reason: string): void {
    this.rejoins.push(reason)
  }

  async serve(): Promise<void> {
    for (let each = this.#toServe.shift(); each; each = this.#toServe.shift()) await each()
  }

  async leave(): Promise<void> {
    this.hasLeft = true
    this.generation = null
    await this.#needs.listener.revoked(this.#held)
  }

  #say(what: () => Promise<void>): void {
    this.#toServe.push(what)
    this.#needs.notify()
  }
}
