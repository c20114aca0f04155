/** After so many guesses it is seen whether they were worth it: at most so many may have missed. */
const guesses = 256
const mostMisses = 64
/** Then nothing is guessed for so many documents; each time in a row twice as many, up to the last. */
const firstPause = 8192
const longestPause = 1 << 20

/** Whether the next document is worth a guess: where many were wrong, nothing is guessed for a while. */
export class Bets {
  #made = 0
  #missed = 0
  #left = 0
  #pause = firstPause

  /** Hot. To be asked once a document. */
  get isWorthIt(): boolean {
    if (this.#left === 0) return true
    this.#left--
    return false
  }

  /** Hot. */
  hit(): void {
    if (++this.#made === guesses) this.#settle()
  }

  /** Whether guessing has been given up just now. */
  miss(): boolean {
    this.#missed++
    if (++this.#made < guesses) return false
    return this.#settle()
  }

  #settle(): boolean {
    const isBad = this.#missed > mostMisses
    this.#left = isBad ? this.#pause : 0
    this.#pause = isBad ? Math.min(this.#pause * 2, longestPause) : firstPause
    this.#made = 0
    this.#missed = 0
    return isBad
  }
}
