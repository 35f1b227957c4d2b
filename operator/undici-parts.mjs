/**
 * The parts of undici that the operator uses, in place of the whole in the bundle: without fetch,
 * WebSockets, caches and mocks an idle process is ten megabytes smaller. build.ts puts it there; sources
 * and tests run on undici as it is. Must never do anything otherwise than undici itself.
 */
import send from 'undici/lib/api/api-request.js'

export { default as Agent } from 'undici/lib/dispatcher/agent.js'
export { default as EnvHttpProxyAgent } from 'undici/lib/dispatcher/env-http-proxy-agent.js'
export { default as ProxyAgent } from 'undici/lib/dispatcher/proxy-agent.js'
export { default as Socks5ProxyAgent } from 'undici/lib/dispatcher/socks5-proxy-agent.js'

/** As undici's own, for callers that bring their dispatcher. */
export function request(url, { dispatcher, ...options }) {
  const { origin, pathname, search } = new URL(url)
  const method = options.method ?? (options.body ? 'PUT' : 'GET')
  return send.call(dispatcher, { ...options, method, origin, path: pathname + search })
}
