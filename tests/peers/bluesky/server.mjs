// The real Bluesky server (PDS and the directory of its accounts) on loopback, empty at each start.
// Prints one line of JSON once it listens: {"url": …}. Ends with its standard input.
import net from 'node:net'

// Before the import: the server would listen on every interface of the machine.
const listen = net.Server.prototype.listen
net.Server.prototype.listen = function (...given) {
  if (given[0] !== null && typeof given[0] === 'object') given[0] = { ...given[0], host: '127.0.0.1' }
  else if (typeof given[0] === 'number') given.splice(1, typeof given[1] === 'string' ? 1 : 0, '127.0.0.1')
  return listen.apply(this, given)
}

const { TestNetworkNoAppView } = await import('@atproto/dev-env')
const network = await TestNetworkNoAppView.create({ pds: { rateLimitsEnabled: process.argv.includes('--limits') } })
const agent = network.pds.getAgent()
for (const name of ['alice', 'bob']) {
  await agent.createAccount({ handle: `${name}.test`, email: `${name}@example.com`, password: `${name}-pass-1` })
}
console.log(JSON.stringify({ url: `http://127.0.0.1:${new URL(network.pds.url).port}` }))
process.stdin.resume()
process.stdin.on('end', async () => {
  await network.close()
  process.exit(0)
})
