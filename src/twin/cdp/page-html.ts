import { createHash } from 'node:crypto'
import { pageScript } from './page-script.ts'
import { pageStyle } from './page-style.ts'

/** The whole page: one document that needs nothing from anywhere. It holds no data; its script fetches that. */
export const pageHtml = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Customer.io twin</title>
<link rel="icon" href="data:,">
<style>${pageStyle}</style>
</head>
<body>
<header>
  <h1>Customer.io <span>twin</span></h1>
  <p id="state" role="status">connecting</p>
  <figure><canvas id="pace" width="480" height="80" aria-label="Requests in each of the last 60 seconds"></canvas><figcaption id="pace-text"></figcaption></figure>
</header>
<section id="counts" aria-label="Counts"></section>
<div id="bar">
  <nav id="tabs" aria-label="Lists"></nav>
  <input id="search" type="search" placeholder="Search this list" aria-label="Search this list">
</div>
<main id="main"></main>
<script>${pageScript}</script>
</body>
</html>
`

/** The page's Content-Security-Policy: its own script and style, its own data, nothing else. */
export const pagePolicy = [
  "default-src 'none'",
  `script-src '${hashOf(pageScript)}'`,
  `style-src '${hashOf(pageStyle)}'`,
  "connect-src 'self'",
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`
}
