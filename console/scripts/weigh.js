// Says what the first load weighs, compressed, and fails over the budget.
import { readdirSync, readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'

const BUDGET_KB = 250
const html = readFileSync('dist/index.html', 'utf8')
const first = ['index.html', ...[...html.matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)].map((match) => match[1])]
const kilo = (name) => gzipSync(readFileSync(`dist/${name}`)).length / 1000
const code = first.reduce((sum, name) => sum + kilo(name), 0)
const font = readdirSync('dist/assets').find((name) => /^inter-latin-wght-normal.*\.woff2$/.test(name))
const total = code + (font ? readFileSync(`dist/assets/${font}`).length / 1000 : 0)
console.log(`first load: ${code.toFixed(1)} kB of code, ${total.toFixed(1)} kB with the typeface (budget ${BUDGET_KB} kB)`)
if (total > BUDGET_KB) process.exit(1)
