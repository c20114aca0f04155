import { ConfigError } from 'sluice/api'

/** Three-letter ids that Java takes for regions or offsets, and nobody else does. */
const javaIds: Readonly<Record<string, string>> = {
  ...{ ACT: 'Australia/Darwin', AET: 'Australia/Sydney', AGT: 'America/Argentina/Buenos_Aires' },
  ...{ ART: 'Africa/Cairo', AST: 'America/Anchorage', BET: 'America/Sao_Paulo' },
  ...{ BST: 'Asia/Dhaka', CAT: 'Africa/Harare', CNT: 'America/St_Johns', CST: 'America/Chicago' },
  ...{ CTT: 'Asia/Shanghai', EAT: 'Africa/Addis_Ababa', ECT: 'Europe/Paris', EST: '-05:00' },
  ...{ HST: '-10:00', IET: 'America/Indiana/Indianapolis', IST: 'Asia/Kolkata' },
  ...{ JST: 'Asia/Tokyo', MIT: 'Pacific/Apia', MST: '-07:00', NET: 'Asia/Yerevan' },
  ...{ NST: 'Pacific/Auckland', PLT: 'Asia/Karachi', PNT: 'America/Phoenix' },
  ...{ PRT: 'America/Puerto_Rico', PST: 'America/Los_Angeles', SST: 'Pacific/Guadalcanal' },
  ...{ VST: 'Asia/Ho_Chi_Minh', Z: '+00:00', GMT0: '+00:00' },
}

const dayMs = 86_400_000
/** Days whose offsets are kept. */
const KEPT_DAYS = 4096

/** The rules of one time zone. A wall clock is written as the milliseconds that it would be in UTC. */
export class Zone {
  readonly id: string
  /** Where it never changes, milliseconds east of Greenwich; else null. */
  readonly #fixedMs: number | null
  readonly #format: Intl.DateTimeFormat | null
  /** By day of UTC: the offset all day long, or NaN where it changes then. */
  readonly #days = new Map<number, number>()

  /** A ConfigError for what is no zone: an IANA id, `UTC+2`, `GMT-7`, `+05:45`, or one of Java's short ids. */
  constructor(id: string) {
    this.id = id
    const known = javaIds[id] ?? id
    this.#fixedMs = fixedOffset(known)
    this.#format = this.#fixedMs === null ? formatOf(known, id) : null
  }

  get isUtc(): boolean {
    return this.#fixedMs === 0
  }

  /** Milliseconds east of Greenwich at an instant. */
  offsetAt(instantMs: number): number {
    if (this.#fixedMs !== null) return this.#fixedMs
    const day = Math.floor(instantMs / dayMs)
    const kept = this.#days.get(day) ?? this.#addDay(day)
    return Number.isNaN(kept) ? this.#lookUp(instantMs) : kept
  }

  /** What a clock on the wall shows. */
  wallOf(instantMs: number): number {
    return instantMs + this.offsetAt(instantMs)
  }

  /**
   * When a clock shows `wallMs`. As Java's lenient calendar has it: of an hour that comes twice the second one, standard
   * time; a time that is left out is as much later as the clocks went forward.
   */
  instantOf(wallMs: number): number {
    if (this.#fixedMs !== null) return wallMs - this.#fixedMs
    const before = this.offsetAt(wallMs - dayMs)
    const after = this.offsetAt(wallMs + dayMs)
    if (before === after) return wallMs - before
    const candidates = before < after ? [before, after] : [after, before]
    // The smaller offset is the later instant.
    const found = candidates.find((offset) => this.offsetAt(wallMs - offset) === offset)
    return wallMs - (found ?? before)
  }

  #addDay(day: number): number {
    if (this.#days.size >= KEPT_DAYS) this.#days.clear()
    const first = this.#lookUp(day * dayMs)
    const offset = first === this.#lookUp((day + 1) * dayMs) ? first : Number.NaN
    this.#days.set(day, offset)
    return offset
  }

  #lookUp(instantMs: number): number {
    // Beyond what a Date holds no zone has rules.
    const within = Math.max(-8.64e15, Math.min(8.64e15, instantMs))
    const parts = this.#format?.formatToParts(within) ?? []
    const text = parts.find(({ type }) => type === 'timeZoneName')?.value ?? ''
    return offsetOfText(text.replace('GMT', '')) ?? 0
  }
}

function fixedOffset(id: string): number | null {
  if (/^(?:UTC|GMT|UT|Etc\/UTC|Etc\/GMT|Zulu|Etc\/Zulu|Universal)$/.test(id)) return 0
  const match = /^(?:UTC|GMT|UT)?([+-].+)$/.exec(id)
  return match === null ? null : offsetOfText(match[1] ?? '')
}

/** `+2`, `-0730`, `+05:45`, `-08:00:12`; "" is none. */
function offsetOfText(text: string): number | null {
  if (text === '') return 0
  const match = /^([+-])(\d{1,2})(?::?(\d{2}))?(?::?(\d{2}))?$/.exec(text)
  if (match === null) return null
  const [, sign, hours, minutes = '0', seconds = '0'] = match
  if (Number(hours) > 18 || Number(minutes) > 59) return null
  const ms = (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000
  return sign === '-' ? -ms : ms
}

function formatOf(known: string, id: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: known, timeZoneName: 'longOffset' })
  } catch (cause) {
    throw new ConfigError(
      `Invalid value ${id} for db.timezone: expected a time zone like UTC, Europe/Berlin, UTC+2 or PST.`,
      { cause },
    )
  }
}
