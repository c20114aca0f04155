import type { RequestOptions } from '../messages/channel.ts'
import type { MainThreadRequests, PluginThreadNotices } from '../messages/protocol.ts'

/** The main thread as a plugin thread sees it: the sending half of its channel. */
export interface MainThread {
  request<K extends keyof MainThreadRequests>(
    name: K,
    argument: MainThreadRequests[K][0],
    options?: RequestOptions,
  ): Promise<MainThreadRequests[K][1]>
  notify<K extends keyof PluginThreadNotices>(name: K, notice: PluginThreadNotices[K]): void
}
