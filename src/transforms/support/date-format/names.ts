/** Names of the locale en. */
export const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
] as const
export const weekdays = [
  'Sunday',
  'Monday',
  'Tuesday',
  'Wednesday',
  'Thursday',
  'Friday',
  'Saturday',
] as const
export const eras = ['BC', 'AD'] as const
export const halves = ['AM', 'PM'] as const

/** Those that have one name for summer and winter. */
export const weakZones: ReadonlySet<string> = new Set([
  'UTC',
  'Coordinated Universal Time',
  'Greenwich Mean Time',
])

/** Zones by their usual names, with their offsets in minutes; of two with one name that which Java takes. */
export const zones: ReadonlyMap<string, number> = new Map([
  ['UTC', 0],
  ['Coordinated Universal Time', 0],
  ['Greenwich Mean Time', 0],
  ['EST', -300],
  ['EDT', -240],
  ['CST', -360],
  ['CDT', -300],
  ['MST', -420],
  ['MDT', -360],
  ['PST', -480],
  ['PDT', -420],
  ['AKST', -540],
  ['AKDT', -480],
  ['HST', -600],
  ['CET', 60],
  ['CEST', 120],
  ['EET', 120],
  ['EEST', 180],
  ['WET', 0],
  ['WEST', 60],
  ['MSK', 180],
  ['BST', 60],
  ['JST', 540],
])
