/** Ports of this machine's loopback address. */
import { createServer } from 'node:net'
import { once } from 'node:events'

/** @returns the port that could be listened on, or undefined if it is taken; 0 asks for any. */
async function tryPort(port: number): Promise<number | undefined> {
  const server = createServer()
  try {
    server.listen({ port, host: '127.0.0.1', exclusive: true })
    await once(server, 'listening')
    const address = server.address()
    server.close()
    await once(server, 'close')
    return typeof address === 'object' ? address?.port : undefined
  } catch (error) {
    if (isNodeError(error) && (error.code === 'EADDRINUSE' || error.code === 'EACCES')) {
      return undefined
    }
    throw error
  }
}

const isNodeError = (error: unknown): error is NodeJS.ErrnoException => error instanceof Error

export const isPortFree = async (port: number): Promise<boolean> =>
  (await tryPort(port)) !== undefined

export async function freePort(): Promise<number> {
  const port = await tryPort(0)
  if (port === undefined) throw new Error('no free port on 127.0.0.1')
  return port
}
