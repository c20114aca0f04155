/** Calls of the recordings that concern what is not ours. The list only grows shorter. */
const notReplayed: readonly { readonly reason: string; readonly ids: readonly string[] }[] = [
  { reason: 'the connectors of MirrorMaker are not ours', ids: ['09-plugins/10'] },
]

/** Their ids. */
export const notReplayedIds: ReadonlySet<string> = new Set(notReplayed.flatMap(({ ids }) => ids))
