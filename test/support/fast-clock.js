// Preloaded into a process (`NODE_OPTIONS=--import …`), lets its time run CLOCK_SPEED times as fast: what it does every
// ten seconds happens while a test looks on. Only what a clock of ours is made of is changed, not the timeouts of
// sockets, so that nothing gives up early.
import { syncBuiltinESMExports } from 'node:module'
import timers from 'node:timers/promises'

const speed = Number(process.env.CLOCK_SPEED)
const { now } = Date
const { setTimeout: wait } = timers
const start = now()

Date.now = () => Math.round(start + (now() - start) * speed)
timers.setTimeout = (ms, value, options) => wait(ms / speed, value, options)
syncBuiltinESMExports()
