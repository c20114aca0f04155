import { limitDecompressed } from '../../kafka/records/most-decompressed.ts'
import type { RequestHandlers } from '../../messages/channel.ts'
import type { PreviewThreadRequests } from '../../messages/preview.ts'
import { runInScope } from '../scope.ts'
import { PreviewRun } from './preview-run.ts'
import type { PreviewThreadParts } from './preview-services.ts'

/** The one preview that its thread is for. */
export class PreviewHost {
  readonly requests: RequestHandlers<PreviewThreadRequests>
  #run: PreviewRun | null = null

  constructor(parts: PreviewThreadParts) {
    limitDecompressed(parts.memory.limitBytes)
    this.requests = {
      ping: () => undefined,
      preview: async (request, signal) => {
        const run = new PreviewRun(parts, request, signal)
        this.#run = run
        return { text: await runInScope(run.scope, () => run.answer()) }
      },
    }
  }

  /** Whatever surfaces in this thread is of the preview. */
  failOpenCalls(error: Error): void {
    this.#run?.scope.fail(error)
  }
}
