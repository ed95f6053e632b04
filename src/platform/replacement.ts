/** Programs that serve the Services in kube-proxy's place. */
import { kept } from './platform.ts'
import type { Platform } from './platform.ts'
import { unsettable } from './unsettable.ts'

/** `how` is how it is told to, or not to: the end of `there is no kube-proxy to configure: ...`. */
export function replacement(
  own: Pick<Platform, 'id' | 'name' | 'recognise'>,
  { how, what }: { readonly how: string; readonly what: string },
): Platform {
  const why = `there is no kube-proxy to configure: ${how}`
  return {
    ...own,
    kind: 'none',
    place: ({ kubeProxies }) =>
      kubeProxies.length > 0 ? `${what}; kube-proxy runs beside it` : `${what}; there is no kube-proxy`,
    fate: kept,
    ...unsettable(why),
  }
}
