// The real Bluesky server (PDS, and the directory of its accounts) on loopback, empty at each start. `--counts DATABASE`
// adds the one that reads it all and counts (appview), over an empty PostgreSQL database.
// Prints one line of JSON once it listens: {"url": …, "appview": …}. Whatever is then written to it is answered by a line
// once all that was public is counted. Ends with its standard input.
import net from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import pg from 'pg'

// Before the import: the servers would listen on every interface of the machine.
const listen = net.Server.prototype.listen
net.Server.prototype.listen = function (...given) {
  if (given[0] !== null && typeof given[0] === 'object') given[0] = { ...given[0], host: '127.0.0.1' }
  else if (typeof given[0] === 'number') given.splice(1, typeof given[1] === 'string' ? 1 : 0, '127.0.0.1')
  return listen.apply(this, given)
}

// A PostgreSQL from a wheel comes without pg_trgm. Only the search for names needs it, and nobody searches here.
const query = pg.Client.prototype.query
const plain = (sql) => (sql.includes('pg_trgm') ? 'select 1' : sql.replace(/using gist \((.*) gist_trgm_ops\)/, '($1)'))
pg.Client.prototype.query = function (sql, ...rest) {
  return query.call(this, typeof sql === 'string' ? plain(sql) : sql, ...rest)
}

const { TestBsky, TestNetworkNoAppView, TestPds, TestPlc, mockNetworkUtilities } = await import('@atproto/dev-env')
const { values: asked } = parseArgs({ options: { limits: { type: 'boolean' }, counts: { type: 'string' } } })

const freePort = () =>
  new Promise((found) => {
    const taken = net.createServer().listen(0, () => {
      const { port } = taken.address()
      taken.close(() => found(port))
    })
  })

const counter = async (plcUrl, pdsPort) => {
  const made = await TestBsky.create({
    plcUrl,
    pdsPort,
    repoProvider: `ws://localhost:${pdsPort}`,
    dbPostgresUrl: asked.counts,
    dbPostgresSchema: 'appview',
    bsyncUrl: plcUrl, // would tell who muted whom, which nobody does here
  })
  await made.bsyncSub.destroy()
  return made
}

const plc = await TestPlc.create({})
const port = await freePort()
const bsky = asked.counts ? await counter(plc.url, port) : undefined
const pds = await TestPds.create({
  port,
  didPlcUrl: plc.url,
  rateLimitsEnabled: asked.limits ?? false,
  ...(bsky && { bskyAppViewUrl: bsky.url, bskyAppViewDid: bsky.serverDid }),
})
mockNetworkUtilities(pds, bsky)
const network = new TestNetworkNoAppView(plc, pds)
const agent = pds.getAgent()
for (const name of ['alice', 'bob']) {
  await agent.createAccount({ handle: `${name}.test`, email: `${name}@example.com`, password: `${name}-pass-1` })
}

const caughtUp = async () => {
  await pds.processAll()
  const last = await pds.ctx.sequencer.curr()
  while (((await bsky.sub.getCursor()) ?? 0) < last) {
    await pause(5)
    await bsky.sub.processAll()
  }
}

const local = (url) => `http://127.0.0.1:${new URL(url).port}`
console.log(JSON.stringify({ url: local(pds.url), appview: bsky ? local(bsky.url) : '' }))
process.stdin.on('data', async () => {
  await caughtUp()
  console.log('counted')
})
process.stdin.on('end', async () => {
  await bsky?.close()
  await network.close()
  process.exit(0)
})
